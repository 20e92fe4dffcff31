"""The settings of one training run, checked the moment they are made."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from helpers.scales import settings_of_scale
from helpers.support.machine import HARDWARE, check_folder, check_hardware
from helpers.support.model_files import known_positions
from helpers.support.settings import Limits, Settings, setting

Count = Annotated[int, Limits(at_least=1, at_most=1_000_000)]
WorkerCount = Annotated[int, Limits(at_least=0, at_most=1_000)]
StepSize = Annotated[float, Limits(above=0, at_most=1)]
Share = Annotated[float, Limits(at_least=0, below=1)]
PositiveShare = Annotated[float, Limits(above=0, below=1)]
SequenceLength = Annotated[int, Limits(at_least=3, below=2**16)]  # [CLS], one piece, [SEP]
Seed = Annotated[int | None, Limits(at_least=0, below=2**32)]
DeviceCount = Annotated[str, Limits(matching="auto|[1-9][0-9]?", words="'auto' or '1' to '99'")]
# A path such as ".." or "a/b" would lead to another place.
FolderName = Annotated[
    str, Limits(matching=r"(?!\.\.?$)[^/\\\0]+", words="the name of one folder, not a path")
]
Accelerator = Literal["auto", "cpu", "gpu", "tpu", "mps"]
Strategy = Literal["auto", "ddp", "ddp_notebook"]
Precision = Literal["32-true", "16-mixed", "bf16-mixed"]
Corpus = Literal["mini_reviews", "nsmc"]
EmptyDocuments = Literal["keep", "drop", "refuse"]


@dataclass(frozen=True)
class TrainArguments(Settings):
    """Settings that every fine-tuning has, whatever the task.

    Raises:
        ValueError: a value has the wrong type or is out of range, or contradicts another one or
            what can be seen of this machine; the message names the field, the value and what is
            allowed.
    """

    pretrained_model_name: str = setting("beomi/kcbert-base", "Hub name or folder of the model.")
    fine_tuned_checkpoint: str = setting(
        "checkpoints/last.ckpt", "Checkpoint of a training, to evaluate it and to use it."
    )
    downstream_corpus_name: FolderName = setting("corpus", "Name of the corpus.")
    downstream_corpus_root_dir: str = setting("Korpora", "Folder for corpora.")
    downstream_model_dir: str = setting("checkpoints", "Folder for checkpoints and logs.")
    max_seq_length: SequenceLength = setting(128, "Longest input, in word pieces.")
    group_by_length: bool = setting(False, "Make batches of inputs of similar length.")
    learning_rate: StepSize = setting(5e-5, "Largest step size of the optimizer.")
    batch_size: Count = setting(32, "Inputs in one training step.")
    epochs: Count = setting(3, "Passes over the training part.")
    weight_decay: Share = setting(0.01, "Pull of the weights toward 0.")
    warmup_ratio: Share = setting(0.1, "Share of all steps in which the step size rises.")
    val_fraction: PositiveShare = setting(0.1, "Share of the train file held out to validate.")
    seed: Seed = setting(None, "Fixes every random choice; without it, each run differs.")
    save_every_n_steps: Count = setting(500, "Steps after which last.ckpt is written.")
    cpu_workers: WorkerCount = setting(0, "Extra processes that prepare batches.")
    accelerator: Accelerator = setting("auto", "Kind of hardware.")
    devices: DeviceCount = setting("auto", "How many of it in a machine: auto or a number.")
    num_nodes: Count = setting(1, "How many machines.")
    strategy: Strategy = setting("auto", "How several devices share the work.")
    precision: Precision = setting("32-true", "Number format of the computation.")
    force_download: bool = setting(False, "Fetch the corpus anew even if it is there.")
    test_mode: bool = setting(False, "Run one batch only, to see whether all fits together.")

    @classmethod
    def for_scale(cls, scale: str, **changes: Any) -> Self:
        """Return the settings of a scale, "mini" or "full", with ``changes`` laid over them."""
        return cls(**(settings_of_scale(scale) | changes))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_together(self)


@dataclass(frozen=True)
class ClassificationTrainArguments(TrainArguments):
    """Settings for fine-tuning a Korean BERT to classify reviews.

    >>> args = ClassificationTrainArguments(batch_size=64)
    >>> args.batch_size, args.learning_rate
    (64, 5e-05)
    >>> ClassificationTrainArguments(batch_size=0)
    Traceback (most recent call last):
    ValueError: batch_size must be at least 1 and at most 1000000; it is 0.
    """

    downstream_corpus_name: Corpus = setting("nsmc", "Corpus of labelled reviews.")
    empty_documents: EmptyDocuments = setting("keep", "What to do with texts that are empty.")


def check_together(args: TrainArguments) -> None:
    """Raise ValueError when settings contradict each other, or what can be seen of this machine."""
    check_sequence_length(args.max_seq_length, known_positions(args.pretrained_model_name))
    check_folder(
        "downstream_corpus_root_dir", args.downstream_corpus_root_dir, args.downstream_corpus_name
    )
    check_folder("downstream_model_dir", args.downstream_model_dir, "logs")
    check_hardware({name: getattr(args, name) for name in HARDWARE})


def check_sequence_length(max_seq_length: int, positions: int | None) -> None:
    """Raise ValueError when inputs may be longer than the model has positions (None: not known)."""
    if positions is not None and max_seq_length > positions:
        raise ValueError(
            f"max_seq_length must be at most {positions}, the number of positions that this model "
            f"knows (max_position_embeddings); it is {max_seq_length}."
        )


def set_seed(args: TrainArguments) -> None:
    """Fix the random numbers of Python, numpy and torch, and say which seed it is."""
    from transformers import set_seed as set_all_seeds  # heavy

    if args.seed is None:
        print("no seed set: every run will differ")
        return
    set_all_seeds(args.seed)
    print(f"seed: {args.seed}")
