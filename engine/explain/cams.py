"""Class activation maps as arithmetic on arrays: what each channel at each place adds to the map.

A: activations of a layer (..., H, W, K). G: gradient of the score by them, same shape. Every function returns
contributions (..., H, W, K) whose sum over the channels is the signed raw map; ReLU, scaling and colour are choices of
the view. One function a method; nothing here knows Keras.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

PLACES = (-3, -2)  # the axes of height and width
Contributions = Callable[[np.ndarray, np.ndarray], np.ndarray]


def grad_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Channel weight = mean gradient (Selvaraju et al. 2017, arXiv:1610.02391)."""
    return activations * gradients.mean(axis=PLACES, keepdims=True)


def hires_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Gradient times activation at each place (Draelos and Carin 2020, arXiv:2011.08891)."""
    return activations * gradients


def layer_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Only places where more activation means more score (Jiang et al. 2021, IEEE TIP 30)."""
    return activations * np.maximum(gradients, 0)


def grad_cam_pp(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Positive gradients weighted by alpha = g^2 / (2 g^2 + sum(A) g^3) (Chattopadhay et al. 2018, arXiv:1710.11063).

    The paper's closed form for exp(score): its factor exp(score) is the same for all channels and drops out.
    """
    total = activations.sum(axis=PLACES, keepdims=True)
    # g^2 cancels, which spares float32 the cube of a small gradient
    alpha = _ratio(np.ones_like(gradients), 2 + total * gradients)
    weights = np.where(gradients > 0, alpha * gradients, 0).sum(axis=PLACES, keepdims=True)
    return activations * weights


def xgrad_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Channel weight = sum(g A) / sum(A), so that the map sums to the score's linear part (Fu et al. 2020, BMVC)."""
    share = (activations * gradients).sum(axis=PLACES, keepdims=True)
    return activations * _ratio(share, activations.sum(axis=PLACES, keepdims=True))


def eigen_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Projection on the first principal component of the centred activations (Muhammad and Yeasin 2020).

    Knows no class. The sign is fixed so that the map rises where the layer as a whole is more active.
    """
    del gradients
    *batch, height, width, channels = activations.shape
    flat = activations.reshape(*batch, height * width, channels).astype(np.float64)
    centred = flat - flat.mean(axis=-2, keepdims=True)
    component = _first_component(centred)
    along = (centred * component).sum(axis=-1)
    sign = np.sign((along * centred.sum(axis=-1)).sum(axis=-1))[..., None, None]
    projected = centred * component * np.where(sign == 0, 1, sign)
    return projected.reshape(activations.shape).astype(np.float32)


def class_maps(activations: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Maps of all classes at once for GlobalAveragePooling followed by Dense (Zhou et al. 2016, arXiv:1512.04150).

    activations: (..., H, W, K). kernel: (K, classes). Returns (..., H, W, classes): A W / (H W), equal to Grad-CAM and
    HiResCAM of each class; its sum over the places is the logit without its bias.
    """
    height, width = activations.shape[-3:-1]
    return (activations @ kernel) / np.float32(height * width)


def channel_shares(contributions: np.ndarray) -> np.ndarray:
    """Share of each channel (K,) in a map (H, W, K): its absolute contribution by the sum of all, 0..1."""
    strength = np.abs(contributions).sum(axis=(0, 1))
    total = strength.sum()
    return strength / total if total > 0 else strength


def _first_component(centred: np.ndarray) -> np.ndarray:
    """Unit vector (..., 1, K) along which rows (..., M, K) vary most, from the smaller of the two Gram matrices."""
    turned = np.swapaxes(centred, -1, -2)
    if centred.shape[-1] <= centred.shape[-2]:
        return np.swapaxes(np.linalg.eigh(turned @ centred)[1][..., -1:], -1, -2)
    along = np.swapaxes(np.linalg.eigh(centred @ turned)[1][..., -1:], -1, -2) @ centred
    length = np.linalg.norm(along, axis=-1, keepdims=True)
    return along / np.where(length > 0, length, 1)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, 0 where the divisor vanishes."""
    safe = np.abs(below) > 1e-12
    return np.where(safe, above / np.where(safe, below, 1), 0).astype(above.dtype)
