"""transformers' own Trainer at its best: batches by length, little padding, fused AdamW."""

from typing import Any

from benchmarks.speed.workers.common import StepClock, answer
from benchmarks.speed.workers.with_helpers import new_arguments, whole_file


def train(
    corpus: str, model: str, weights: str, seed: int, most_rows: int, grouped: bool, **changes: Any
) -> dict[str, Any]:
    """Train with the helpers' hyperparameters; nothing is saved. ``grouped``: as there."""
    import torch
    from transformers import DataCollatorWithPadding, Trainer

    from helpers import load_model, load_tokenizer

    args = new_arguments(corpus, model, seed=seed, **changes)
    dataset, clock, network = whole_file(args, most_rows), StepClock(), load_model(args)
    rows = [
        {"input_ids": list(ids), "labels": example.label}
        for ids, example in zip(dataset.input_ids, dataset.examples, strict=True)
    ]
    trainer = Trainer(
        model=network,
        args=best_settings(args, "sequential" if grouped else "group_by_length"),
        train_dataset=rows,
        data_collator=DataCollatorWithPadding(load_tokenizer(args)),
        callbacks=[callback(clock)],
    )
    trainer.train()
    torch.save(network.state_dict(), weights)
    return clock.measured(map(len, dataset.input_ids), args.epochs)


def best_settings(args: Any, order: str) -> Any:
    """Return Trainer's settings: the helpers' hyperparameters, and whatever makes it fast."""
    from transformers import TrainingArguments

    return TrainingArguments(
        output_dir=args.downstream_model_dir,
        num_train_epochs=args.epochs,
        per_device_train_batch_size=args.batch_size,
        learning_rate=args.learning_rate,
        weight_decay=args.weight_decay,
        warmup_steps=args.warmup_ratio,  # a number below 1 is a share of all steps
        seed=args.seed,
        train_sampling_strategy=order,
        optim="adamw_torch_fused",
        use_cpu=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def callback(clock: StepClock) -> Any:
    """Return a callback that lets the clock see epochs and steps."""
    from transformers import TrainerCallback

    class Clocked(TrainerCallback):
        def on_epoch_begin(self, *_: Any, **__: Any) -> None:
            clock.epoch_begins()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            clock.step_ends()

    return Clocked()


if __name__ == "__main__":
    answer({"train": train})
