"""Elsewhere: what other tools call what Sinesweep has under another name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sinesweep.errors import did_you_mean

NAMES: Mapping[str, Mapping[str, str]] = {
    "metrics": {
        "acc": "accuracy",
        "binary_accuracy": "accuracy",
        "categorical_accuracy": "accuracy",
        "sparse_categorical_accuracy": "accuracy",
        "f1": "macro_f1",
        "f1_score": "macro_f1",
        "precision": "macro_precision",
        "recall": "macro_recall",
        "roc_auc": "auc",
        "map": "average_precision",
        "mean_average_precision": "average_precision",
        "label_ranking_average_precision": "lrap",
        "log_loss": "loss",
        "cross_entropy": "loss",
        "top_k_accuracy": "top_3_accuracy",
        "top_k_categorical_accuracy": "top_3_accuracy",
        "mse": "mean_squared_error",
        "rmse": "root_mean_squared_error",
        "mae": "mean_absolute_error",
        "r2_score": "r2",
        "r_squared": "r2",
    },
    "losses": {
        "crossentropy": "cross_entropy",
        "categorical_crossentropy": "cross_entropy",
        "categorical_cross_entropy": "cross_entropy",
        "sparse_crossentropy": "cross_entropy",
        "sparse_cross_entropy": "cross_entropy",
        "sparse_categorical_crossentropy": "cross_entropy",
        "sparse_categorical_cross_entropy": "cross_entropy",
        "bce": "binary_cross_entropy",
        "binary_crossentropy": "binary_cross_entropy",
        "categorical_focal_crossentropy": "focal",
        "binary_focal_crossentropy": "focal",
        "categorical_hinge": "hinge",
        "kl_divergence": "kullback_leibler",
        "kld": "kullback_leibler",
        "mse": "mean_squared_error",
        "l2": "mean_squared_error",
        "mae": "mean_absolute_error",
        "l1": "mean_absolute_error",
    },
}
"""Of each kind of thing: a name that others use, in small letters, and what it is called here."""

WHY: Mapping[str, str] = {
    "cross_entropy": "It is Keras' categorical and sparse cross-entropy alike, as classes need no encoding here.",
    "top_3_accuracy": "Any other number may stand in its name.",
}
"""What there is to say to people who know it under another name."""


def hint(kind: str, word: str, known: Collection[str]) -> str:
    """The tail of an error about an unknown name, as `did_you_mean` gives it; it understands other tools' words too."""
    meant = NAMES.get(kind, {}).get(word.lower(), "")
    if meant not in known:
        return did_you_mean(word, known)
    guess, mark, names = did_you_mean(meant, known).partition("?")
    return f"{guess}{mark}{' ' if meant in WHY else ''}{WHY.get(meant, '')}{names}"
