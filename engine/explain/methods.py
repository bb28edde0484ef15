"""The methods, as data: the form, the command line, the help and the tests are all driven from this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.errors import InvalidSetting
from engine.explain import cams, workings
from engine.explain.questions import Question
from engine.explain.workings import Raw


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a method takes."""

    name: str
    default: float | int
    low: float | int
    high: float | int
    about: str


@dataclass(frozen=True, slots=True)
class Method:
    """One way of asking why."""

    key: str  # on the command line and in files
    title: str
    about: str  # one sentence: what the picture shows
    cost: str
    paper: str
    kind: str  # "layer": gradients at a layer; "pixel": gradients of the image; "trial": many forward passes
    run: Callable[[Question], Raw]
    on_layer: bool = False
    class_free: bool = False  # the same for every class
    formula: cams.Contributions | None = None  # activations and gradients -> contributions, where that is all of it
    parameters: tuple[Parameter, ...] = ()

    def options(self, given: dict[str, Any]) -> dict[str, Any]:
        """All parameters with defaults filled in. Raises InvalidSetting for values out of range or unknown names."""
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(given) - set(known)):
            allowed = ", ".join(known) or "none"
            raise InvalidSetting(f"{self.title} has no setting “{unknown[0]}”.", f"Its settings: {allowed}.")
        for name, value in given.items():
            if not known[name].low <= value <= known[name].high:
                raise InvalidSetting(
                    f"{self.title}: {name} is {value}.", f"Expected {known[name].low} to {known[name].high}."
                )
        return {name: given.get(name, parameter.default) for name, parameter in known.items()}


def _layer(key: str, title: str, formula: cams.Contributions, about: str, paper: str) -> Method:
    run = partial(workings.from_gradients, formula)
    return Method(key, title, about, "1 pass forward and back", paper, "layer", run, on_layer=True, formula=formula)


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        _layer(
            "grad-cam",
            "Grad-CAM",
            cams.grad_cam,
            "Where the layer's channels are active that, on average over the image, speak for the class.",
            "Selvaraju et al. 2017, arXiv:1610.02391",
        ),
        _layer(
            "grad-cam++",
            "Grad-CAM++",
            cams.grad_cam_pp,
            "Like Grad-CAM, but counts only positive gradients, so that several objects of a class all show.",
            "Chattopadhay et al. 2018, arXiv:1710.11063",
        ),
        _layer(
            "hires-cam",
            "HiResCAM",
            cams.hires_cam,
            "Gradient times activation at each place: exact, up to the bias, where only pooling and one dense"
            " layer follow.",
            "Draelos and Carin 2020, arXiv:2011.08891",
        ),
        _layer(
            "layer-cam",
            "LayerCAM",
            cams.layer_cam,
            "Activations at places where more of them means more score; sharp also in early layers.",
            "Jiang et al. 2021, IEEE TIP 30, 5875-5888",
        ),
        _layer(
            "xgrad-cam",
            "XGrad-CAM",
            cams.xgrad_cam,
            "Grad-CAM with channel weights chosen so that the map adds up to what the layer gives the score.",
            "Fu et al. 2020, BMVC, arXiv:2008.02312",
        ),
        Method(
            "eigen-cam",
            "Eigen-CAM",
            "The strongest common pattern of the layer's activations; knows nothing of classes.",
            "1 forward pass",
            "Muhammad and Yeasin 2020, IJCNN, arXiv:2008.00299",
            "layer",
            workings.eigen_cam,
            on_layer=True,
            class_free=True,
            formula=cams.eigen_cam,
        ),
        Method(
            "gradient",
            "Gradient",
            "Pixels whose small change would move the score most; noisy, and about change, not about cause.",
            "1 pass forward and back",
            "Simonyan et al. 2013, arXiv:1312.6034",
            "pixel",
            workings.gradient,
        ),
        Method(
            "input-x-gradient",
            "Input x gradient",
            "The gradient times the pixel's own value: a first guess at what each pixel adds to the score.",
            "1 pass forward and back",
            "Shrikumar et al. 2016, arXiv:1605.01713",
            "pixel",
            workings.input_x_gradient,
        ),
        Method(
            "integrated-gradients",
            "Integrated Gradients",
            "What each pixel adds to the score on the way from black to this image; the parts sum to the whole.",
            "32 passes forward and back, batched; more when they do not add up",
            "Sundararajan et al. 2017, arXiv:1703.01365",
            "pixel",
            workings.integrated_gradients,
            parameters=(
                Parameter("steps", 32, 4, 512, "Points on the way from black; more are taken until they add up."),
            ),
        ),
        Method(
            "smooth-grad",
            "SmoothGrad",
            "The gradient averaged over noisy copies of the image, which takes out much of its own noise.",
            "32 passes forward and back, batched",
            "Smilkov et al. 2017, arXiv:1706.03825",
            "pixel",
            workings.smooth_grad,
            parameters=(
                Parameter("samples", 32, 2, 512, "Noisy copies to average."),
                Parameter("noise", 0.15, 0.01, 0.5, "Standard deviation as a share of the image's range."),
            ),
        ),
        Method(
            "occlusion",
            "Occlusion",
            "How far the score falls when a square is hidden; needs no gradient and is easy to trust.",
            "about 150 forward passes, batched",
            "Zeiler and Fergus 2014, arXiv:1311.2901",
            "trial",
            workings.occlusion,
            parameters=(Parameter("patch", 0.15, 0.03, 0.5, "Side of the square as a share of the shorter side."),),
        ),
        Method(
            "score-cam",
            "Score-CAM",
            "Channels weighted by how much score the image keeps when only their place is shown.",
            "1 forward pass per channel, batched",
            "Wang et al. 2020, arXiv:1910.01279",
            "trial",
            workings.score_cam,
            on_layer=True,
            parameters=(Parameter("channels", 256, 8, 4096, "Channels to try, the most active first."),),
        ),
        Method(
            "ablation-cam",
            "Ablation-CAM",
            "Channels weighted by how far the score falls when they are switched off.",
            "1 run of the network's end a channel, batched",
            "Desai and Ramaswamy 2020, WACV",
            "trial",
            workings.ablation_cam,
            on_layer=True,
        ),
        Method(
            "rise",
            "RISE",
            "The mean score over random masks that show a pixel: sees the network from outside only.",
            "500 forward passes, batched",
            "Petsiuk et al. 2018, arXiv:1806.07421",
            "trial",
            workings.rise,
            parameters=(
                Parameter("masks", 500, 50, 8000, "Random masks to try; more are smoother."),
                Parameter("cells", 7, 3, 16, "Cells of the coarse grid on a side."),
            ),
        ),
    )
}


def method(key: str) -> Method:
    """A method by its key. Raises InvalidSetting, naming the known ones."""
    if key not in METHODS:
        raise InvalidSetting(f"There is no method “{key}”.", f"Choose one of: {', '.join(METHODS)}.")
    return METHODS[key]
