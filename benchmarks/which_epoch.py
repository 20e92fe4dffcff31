"""Which weights to keep: lowest validation loss, highest validation accuracy, or the last epoch?

    python -m benchmarks.which_epoch

Trains the bundled model on the bundled reviews as lesson 7 does, for ten seeds, each with other
reviews held out; about ten minutes on a CPU. Then the reviews held out are divided at random: by
one half each rule chooses an epoch, and the other half judges that epoch.
"""

import argparse
from dataclasses import replace
from statistics import mean, stdev

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import RandomSampler, StackDataset

from benchmarks.fine_tuning import encode, new_model
from helpers import ClassificationTrainArguments, adamw_with_schedule, make_dataloader, read_nsmc
from helpers.corpus import FILES, split_validation
from helpers.scales import ASSETS, MINI_REVIEWS
from helpers.trainer import MAX_GRADIENT_NORM

SEEDS = range(1, 11)
DIVISIONS = 200


def judged_after_each_epoch(
    train: StackDataset, val: StackDataset, args: ClassificationTrainArguments
) -> tuple[Tensor, Tensor]:
    """Train; return the loss of each validation review, and whether it is right: [epochs, n]."""
    model = new_model(args, "pretrained")
    loader = make_dataloader(args, train, RandomSampler(train))
    (held_out,) = make_dataloader(replace(args, batch_size=len(val)), val, range(len(val)))
    parts = adamw_with_schedule(model, args, len(loader) * args.epochs)
    judged = []
    for _ in range(args.epochs):
        model.train()
        for batch in loader:
            parts["optimizer"].zero_grad()
            model(**batch).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_GRADIENT_NORM)
            parts["optimizer"].step()
            parts["lr_scheduler"]["scheduler"].step()
        with torch.no_grad():
            logits = model.eval()(**held_out).logits
        right = logits.argmax(dim=1) == held_out["labels"]
        judged.append((cross_entropy(logits, held_out["labels"], reduction="none"), right.double()))
    losses, rights = zip(*judged, strict=True)
    return torch.stack(losses), torch.stack(rights)


def by_rule(losses: Tensor, right: Tensor) -> dict[str, int]:
    """Return which epoch each rule chooses, counted from 0; the first one wins a tie."""
    return {
        "lowest loss": int(losses.mean(dim=1).argmin()),
        "highest accuracy": int(right.mean(dim=1).argmax()),
        "last epoch": len(losses) - 1,
    }


def accuracies(losses: Tensor, right: Tensor) -> dict[str, tuple[float, float]]:
    """Return of each rule the accuracy on the half that chose, and that on the other."""
    found: dict[str, list[tuple[float, float]]] = {}
    generator = torch.Generator().manual_seed(0)
    for _ in range(DIVISIONS):
        chooser, judge = torch.randperm(losses.shape[1], generator=generator).chunk(2)
        for rule, epoch in by_rule(losses[:, chooser], right[:, chooser]).items():
            pair = (right[epoch, chooser].mean().item(), right[epoch, judge].mean().item())
            found.setdefault(rule, []).append(pair)
    return {rule: tuple(map(mean, zip(*pairs, strict=True))) for rule, pairs in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    reviews = read_nsmc(ASSETS / MINI_REVIEWS / FILES[0])
    found = []
    for seed in parser.parse_args().seeds:
        args = ClassificationTrainArguments.for_scale("mini", accelerator="cpu", seed=seed)
        train, val = (encode(p, args) for p in split_validation(reviews, args.val_fraction, seed))
        judged = judged_after_each_epoch(train, val, args)
        found.append(accuracies(*judged))
        print(f"seed {seed} by all held out:", by_rule(*judged), flush=True)
    for rule in found[0]:
        chosen_by, judged = (list(column) for column in zip(*(f[rule] for f in found), strict=True))
        behind = [f["last epoch"][1] - f[rule][1] for f in found]
        error = stdev(behind) / len(behind) ** 0.5 if len(behind) > 1 else 0
        print(
            f"{rule:17} {mean(chosen_by):.3f} where it chose, {mean(judged):.3f} on the others; "
            f"the last epoch is ahead by {mean(behind):+.3f} ± {error:.3f}"
        )


if __name__ == "__main__":
    main()
