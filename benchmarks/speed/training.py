"""Training steps: reviews a second, the accuracy they lead to, and what the machine could do."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from benchmarks.speed.contenders import HELPERS, RATSNLP, TRAINER, Bench, in_turn
from benchmarks.speed.material import write_corpus, write_model
from benchmarks.speed.results import Run, rounded
from helpers.corpus import ClassificationExample
from helpers.inference import predict
from helpers.model import quiet_loading

EVERYTHING = 10**9
PIECES_IN_A_BATCH = 640  # 32 reviews of 20 word pieces: the products that training is made of


@dataclass(frozen=True)
class Lesson:
    """What every contender trains on, and how."""

    train: list[ClassificationExample]
    val: list[ClassificationExample]
    model: Path
    epochs: int
    learning_rate: float
    batch_size: int = 32
    grouped: bool = False  # train has the order of batches by length already
    old_rows: int = EVERYTHING  # of train, for the old package: where its steps take long


def flops_a_token(config: BertConfig) -> int:
    """Floating-point operations that training spends on one word piece in BERT's layers: 6 N.

    N weights multiply and add once forward, 2 N operations, and twice that backward (Kaplan et
    al., 2020, "Scaling Laws for Neural Language Models", section 2.1). N counts the matrices of
    the layers: four of hidden · hidden for attention, two of hidden · intermediate. Left out, as
    there: embeddings, biases, layer norms, and the products of queries and keys.

    >>> flops_a_token(BertConfig())  # 12 layers of 768
    509607936
    """
    layer = 4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size
    return 6 * layer * config.num_hidden_layers


def measure_training(bench: Bench, lesson: Lesson) -> list[Run]:
    """Train from the same weights on the same rows, in turn, a seed a round; judge on val."""
    runs: list[Run] = []
    for number, contender in in_turn(bench, [HELPERS, RATSNLP, TRAINER]):
        measured = train_once(bench, lesson, contender, seed=number + 1)
        runs.append({"contender": contender, "round": number, **rounded(measured)})
        print(runs[-1], flush=True)
    return runs


def train_once(bench: Bench, lesson: Lesson, contender: str, seed: int) -> Run:
    """Let a contender train once; return its speed, and its accuracy when there is a val part."""
    with TemporaryDirectory() as folder:
        model = write_model(lesson.model, Path(folder) / "model", seed)
        weights = Path(folder) / "trained.pt"
        measured = bench.measure(
            contender,
            "train",
            corpus=write_corpus(lesson.train, Path(folder) / "nsmc"),
            model=model,
            weights=weights,
            seed=seed,
            most_rows=lesson.old_rows if contender == RATSNLP else EVERYTHING,
            grouped=lesson.grouped,
            epochs=lesson.epochs,
            learning_rate=lesson.learning_rate,
            batch_size=lesson.batch_size,
        )
        measured["reviews_per_second"] = measured["rows"] / measured["seconds"]
        measured |= gflops(bench, model, measured)
        if lesson.val:
            measured["val_accuracy"] = accuracy(model, weights, lesson.val)
    return measured


def gflops(bench: Bench, model: Path, measured: Run) -> Run:
    """Return the rate at which real word pieces were computed, and that of a matrix product now."""
    config = BertConfig.from_pretrained(model)
    best = bench.measure(
        HELPERS,
        "matrix_rate",
        tokens=PIECES_IN_A_BATCH,
        inner=config.hidden_size,
        outer=config.intermediate_size,
    )["flops"]
    useful = measured["tokens"] * flops_a_token(config) / measured["seconds"]
    return {"useful_gflops": useful / 1e9, "matrix_gflops": best / 1e9}


def accuracy(model: Path, weights: Path, examples: list[ClassificationExample]) -> float:
    """Judge the weights that a contender has trained, whoever it was, with the same code."""
    with quiet_loading():
        network = BertForSequenceClassification.from_pretrained(model)
    state = torch.load(weights, weights_only=True)
    state.pop("bert.embeddings.position_ids", None)  # transformers 4.28 stores 0, 1, 2, …
    network.load_state_dict(state)
    tokenizer = BertTokenizer.from_pretrained(model, do_lower_case=False)
    answers = predict([example.text for example in examples], network.eval(), tokenizer)
    names = [network.config.id2label[example.label] for example in examples]
    return sum(one.label == name for one, name in zip(answers, names, strict=True)) / len(names)
