"""A run as a page to keep or hand in: curves, confusion and figures as PNG or PDF, and the words as Markdown."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.errors import InvalidSetting
from engine.files import write_text, written_aside
from engine.training import metrics, records
from engine.training.config import TrainingConfig, differences
from engine.training.diagnosis import diagnose
from engine.training.review import facts_of
from engine.training.run import Run

MOST_CLASSES = 30  # rows of the matrix; of more classes, those with the most mistakes
_TRAIN, _VALIDATION = "#2f6fb3", "#d1761b"


def write_report(run: Run, folder: Path | None = None) -> tuple[Path, ...]:
    """Write report.png, report.pdf and report.md, by default into the run. Raises InvalidSetting without an epoch."""
    if not run.history:
        raise InvalidSetting(f"“{run.title}” has no finished epoch to report on.", "Train it for an epoch first.")
    folder = folder or run.path / "report"
    figure = draw(run)
    written = []
    for suffix in ("png", "pdf"):
        with written_aside(folder / f"report.{suffix}") as aside:
            _save(figure, aside)
        written.append(folder / f"report.{suffix}")
    write_text(folder / "report.md", markdown(run))
    return (*written, folder / "report.md")


def _save(figure: Figure, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class name in a script that the font lacks
        figure.savefig(path, dpi=150)


def draw(run: Run) -> Figure:
    """Loss, accuracy, confusion and scores of a run on one page."""
    figure = Figure(figsize=(11, 8), layout="constrained")
    figure.suptitle(run.title)
    axes = figure.subplots(2, 2)
    epochs = [row.epoch for row in run.history]
    for axis, name in ((axes[0, 0], "loss"), (axes[0, 1], "accuracy")):
        axis.plot(epochs, [getattr(row, name) for row in run.history], color=_TRAIN, marker=".", label="training")
        validation = [getattr(row, f"val_{name}") for row in run.history]
        axis.plot(epochs, validation, color=_VALIDATION, marker=".", label="validation")
        if run.best:
            axis.axvline(run.best.epoch, color="grey", linestyle=":", label=f"best epoch, {run.best.epoch}")
        axis.set(xlabel="epoch", ylabel=name)
        axis.legend()
    answers = answers_of(run)
    if answers is not None and run.data is not None:
        _draw_confusion(axes[1, 0], *answers, run.data.class_names)
        _draw_scores(axes[1, 1], metrics.class_scores(*answers, len(run.data.class_names)), run.data.class_names)
    else:
        for axis in axes[1]:
            axis.set_axis_off()
    return figure


def answers_of(run: Run) -> tuple[np.ndarray, np.ndarray] | None:
    """True and predicted classes after the best epoch; None when they were not kept."""
    truth, detail = records.read_truth(run), records.read_detail(run, run.state.best_epoch)
    if truth is None or detail is None or len(truth) != len(detail.predicted):
        return None
    return truth, detail.predicted


def _draw_confusion(axis: Axes, truth: np.ndarray, predicted: np.ndarray, every: tuple[str, ...]) -> None:
    chosen = metrics.most_confused(truth, predicted, len(every), MOST_CLASSES)
    names = [every[index] for index in chosen]
    shares = metrics.rates(metrics.confusion_among(truth, predicted, chosen))
    image = axis.imshow(shares, cmap="viridis", vmin=0, vmax=1)
    axis.figure.colorbar(image, ax=axis, label="share of the true class")
    axis.set(xlabel="predicted", ylabel="true")
    if len(names) < len(every):
        axis.set_title(f"the {len(names)} classes with the most mistakes of {len(every):,}")
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_yticks(range(len(names)), names)


def _draw_scores(axis: Axes, scores: metrics.ClassScores, names: tuple[str, ...]) -> None:
    order = np.argsort(scores.f1)[:MOST_CLASSES]
    axis.barh(range(len(order)), scores.f1[order], color=_TRAIN)
    axis.set_yticks(range(len(order)), [names[index] for index in order])
    axis.set(xlim=(0, 1), xlabel="F1" if len(names) <= MOST_CLASSES else f"F1 of the {MOST_CLASSES} weakest classes")


def markdown(run: Run) -> str:
    """The words of the report."""
    config = run.config
    lines = [f"# {run.title}", ""]
    if run.note:
        lines += [run.note, ""]
    if run.data:
        total = sum(run.data.train_counts)
        lines.append(
            f"Data: {run.data.title}, {len(run.data.class_names)} classes, {total:,} training and"
            f" {sum(run.data.validation_counts):,} validation images."
        )
    lines += [f"Network: {config.network.network}, {run.state.parameters:,} parameters.", ""]
    if best := run.best:
        lines.append(f"Best epoch {best.epoch}: validation loss {best.val_loss:.4f}, accuracy {best.val_accuracy:.2%}.")
    if run.state.test_accuracy is not None:
        lines.append(
            f"Accuracy on the {run.data.test_images if run.data else 0:,} test images: {run.state.test_accuracy:.2%}."
        )
    lines += [f"- {finding.text} {finding.remedy}".rstrip() for finding in diagnose(facts_of(run))]
    lines += [
        "",
        "![Curves, confusion and scores](report.png)",
        "",
        "| epoch | loss | accuracy | val loss | val accuracy |",
    ]
    lines.append("| ---: | ---: | ---: | ---: | ---: |")
    lines += [
        f"| {row.epoch} | {row.loss:.4f} | {row.accuracy:.4f} | {row.val_loss:.4f} | {row.val_accuracy:.4f} |"
        for row in run.history
    ]
    lines += ["", "Settings that differ from the defaults:", ""]
    changed = differences(config, TrainingConfig())
    lines += [f"- {name.replace('_', ' ')}: {ours} (default {usual})" for name, (ours, usual) in changed.items()] or [
        "- none"
    ]
    return "\n".join(lines) + "\n"
