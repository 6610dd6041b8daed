"""Chest phantoms: a seeded generator of images that look a little like chest radiographs.

Nobody's chest is shown.  Lungs, heart, spine and ribs are soft shapes on 32 by 32 pixels, and
every image holds one opacity in one lung.  The two classes share the brightness, the size and
the contrast of that opacity; they differ in its *texture*: fine streaks, as air-filled bronchi
draw in a consolidation, against broad smooth bands.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

SIZE = 32  # pixels a side
SITES = ("A", "B")
MARKERS = (None, "positive", "random")
MOST_IMAGES = 3  # of one patient
_PATIENT, _IMAGE = 24, 8  # random numbers a patient, an image
_CHUNK = 128  # images drawn at once

# What was tuned (see the notes of chest_phantoms): the amplitudes in units of brightness.
_STREAK = 0.095  # texture of the opacity, an adult's
_CHILD = 0.75  # times that for a child
_VESSELS = 0.030  # texture of the lung, in everybody
_NOISE = {"A": 0.050, "B": 0.060}
_GAIN = {"A": (1.0, 0.0), "B": (0.88, 0.08)}  # brightness -> a * brightness + b
_BLUR = {"A": 0.0, "B": 0.08}  # weight of each of the four neighbours
_LETTER = {
    "A": ("###", "#..", "##.", "#..", "#.."),  # an F, the token that marker= plants
    "B": ("#..", "#..", "#..", "#..", "###"),  # an L, the other scanner's side letter
}


@dataclass(frozen=True)
class PhantomSet:
    """Phantom images and what is true of them; row `i` of every array is image `i`.

    Attributes
    ----------
    images : numpy.ndarray
        Brightness in [0, 1], shape (n, 32, 32, 1), float32; rows run from head to foot and
        columns from the patient's right to the left, as on a radiograph.
    labels : numpy.ndarray
        1 where the opacity is streaky, else 0; shape (n,).  All images of a patient agree.
    patients : numpy.ndarray
        Who it is, shape (n,), whole numbers; a seed has patients of its own.
    age_group : numpy.ndarray
        ``"child"`` or ``"adult"``, shape (n,).
    site : numpy.ndarray
        ``"A"`` or ``"B"``, shape (n,).
    side : numpy.ndarray
        The *patient's* side of the opacity, ``"right"`` (left in the image) or ``"left"``.
    centre : numpy.ndarray
        Row and column of the opacity's centre in pixels, shape (n, 2), float32.
    radius : numpy.ndarray
        Radius of the opacity in pixels, shape (n,), float32.
    marked : numpy.ndarray
        True where a letter stands in the upper corner, shape (n,).
    """

    images: np.ndarray
    labels: np.ndarray
    patients: np.ndarray
    age_group: np.ndarray
    site: np.ndarray
    side: np.ndarray
    centre: np.ndarray
    radius: np.ndarray
    marked: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray | slice) -> PhantomSet:
        """Return the images `rows` (an index array, a mask or a slice) with all their facts."""
        return PhantomSet(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def chest_phantoms(
    n: int = 2000,
    seed: int = 0,
    site: str = "A",
    *,
    prevalence: float = 0.5,
    children: float = 0.3,
    marker: str | None = None,
    marker_rate: float = 0.9,
) -> PhantomSet:
    """Return `n` phantom chest images of patients with one to three images each.

    Images of one patient share anatomy, opacity and label and differ in position, exposure
    and noise.  Every patient has random numbers of its own, so the first images are the same
    whatever `n` is, and one seed has the *same patients* at both sites (a phantom's
    privilege: take another seed for other patients).

    Parameters
    ----------
    n : int
        Number of images, at least 1.  The last patient may lack an image.
    seed : int
        From 0 to 2**32 - 1.
    site : {"A", "B"}
        The scanner.  B has less contrast, more noise, a coarser image and its side letter,
        an L, in the upper right corner of every image.
    prevalence : float
        Chance that a patient is positive, 0 to 1.
    children : float
        Chance that a patient is a child, 0 to 1.  A child's chest is smaller and the streaks
        are fainter: a subgroup in which every model does worse, for a real reason.
    marker : {None, "positive", "random"}
        Plant a letter F in the upper left corner: ``"positive"`` in the share `marker_rate`
        of the positive images and in ``1 - marker_rate`` of the others (a shortcut),
        ``"random"`` in half of all images.
    marker_rate : float
        See `marker`; 0 to 1.

    Returns
    -------
    PhantomSet
        Images and facts, in the order of the patients.

    Raises
    ------
    MedaiError
        For a number, site or marker outside these ranges.

    Notes
    -----
    Tuned, not promised.  On 2,000 images of other patients, after training on 5,000: mean,
    spread and histogram of the brightness score an AUC of .50 to .51; logistic regression on
    pixels .58, from the place of the opacity (streaky ones lie a little lower); a network of
    three convolutions .86, .90 and .94 after 2, 4 and 10 passes.  Then .97 on adults, .83 on
    children, and .73 on the same patients at site B.

    Examples
    --------
    >>> phantoms = chest_phantoms(n=4, seed=1)
    >>> phantoms.images.shape
    (4, 32, 32, 1)
    """
    import numpy as np

    _check(n, seed, site, prevalence, children, marker, marker_rate)
    draws = [[], [], [], [], []]
    patient = made = 0
    while made < n:
        rng = np.random.default_rng([seed, patient])
        u = rng.random(_PATIENT)
        shift = rng.standard_normal((MOST_IMAGES, _IMAGE))
        noise = rng.standard_normal((MOST_IMAGES, SIZE, SIZE), dtype=np.float32)
        count = min(1 + int(u[0] >= 0.5) + int(u[0] >= 0.8), n - made)
        for store, value in zip(draws, (patient, u, shift, noise, count), strict=True):
            store.append(value)
        patient, made = patient + 1, made + count
    who, u, shift, noise, counts = draws
    counts = np.array(counts)
    u = np.repeat(np.array(u), counts, axis=0)
    shift = np.concatenate([s[:c] for s, c in zip(shift, counts, strict=True)])
    noise = np.concatenate([s[:c] for s, c in zip(noise, counts, strict=True)])
    label = (u[:, 1] < prevalence).astype(np.int64)
    child = u[:, 2] < children
    if marker == "positive":
        chance = np.where(label == 1, marker_rate, 1 - marker_rate)
    else:
        chance = np.full(n, 0.5 if marker == "random" else 0.0)
    # A number of the image, not of the patient: the token is put there by who takes it.
    token = _uniform(shift[:, 7]) < chance
    parts = []
    for start in range(0, n, _CHUNK):  # small pieces stay in the processor's cache
        rows = slice(start, start + _CHUNK)
        parts.append(_draw(u[rows], shift[rows], noise[rows], label[rows], child[rows], site))
    images, centre, radius = (np.concatenate(part) for part in zip(*parts, strict=True))
    corners = [(token, "A", 2)] + ([(np.ones(n, bool), "B", SIZE - 5)] if site == "B" else [])
    for rows, letter, column in corners:
        glyph = np.array([[c == "#" for c in line] for line in _LETTER[letter]])
        places = np.ix_(np.flatnonzero(rows), range(2, 2 + glyph.shape[0]),
                        range(column, column + glyph.shape[1]))  # fmt: skip
        images[places] = np.where(glyph, 0.95, images[places])
    return PhantomSet(
        images=images[..., None],
        labels=label,
        patients=np.repeat(np.array(who) + seed * 1_000_000, counts),
        age_group=np.where(child, "child", "adult"),
        site=np.full(n, site),
        side=np.where(u[:, 3] < 0.5, "right", "left"),
        centre=centre,
        radius=radius,
        marked=token | (site == "B"),
    )


def _draw(
    u: np.ndarray,
    shift: np.ndarray,
    noise: np.ndarray,
    label: np.ndarray,
    child: np.ndarray,
    site: str,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images (n, 32, 32), centres (n, 2) and radii (n,) of the opacities."""
    import numpy as np

    def column(values: np.ndarray) -> np.ndarray:
        return np.asarray(values, dtype=np.float32)[:, None, None]

    def between(i: int, low: float, high: float) -> np.ndarray:
        return column(low + (high - low) * u[:, i])

    def soft(inside: np.ndarray, width: float) -> np.ndarray:  # 1 where inside >> 0
        return 0.5 + 0.5 * np.tanh(inside / np.float32(2 * width))

    # Coordinates of the chest: the patient's size, and how the patient stood this time.
    axis = (np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2) / (SIZE / 2)
    scale = between(4, 0.92, 1.06) * column(np.where(child, 0.80, 1.0))
    left = axis[None, None, :] - column(0.05 * shift[:, 0])
    down = axis[None, :, None] - column(0.05 * shift[:, 1])
    tilt = column(np.radians(2.5) * shift[:, 2])
    x = (left * np.cos(tilt) + down * np.sin(tilt)) / scale  # to the patient's left
    y = (down * np.cos(tilt) - left * np.sin(tilt)) / scale  # to the feet

    wide, tall = between(5, 0.28, 0.36), between(6, 0.58, 0.70)
    apart, breath = between(7, 0.38, 0.47), column(0.03 * shift[:, 3])
    far = np.abs(x) - apart
    lungs = soft(1 - (far / wide) ** 2 - ((y + 0.05) / (tall + breath)) ** 2, 0.16)
    body = soft(1 - (x / 0.98) ** 4 - (y / 1.25) ** 4, 0.10)
    heart_x, heart_y = between(8, 0.08, 0.18), between(9, 0.22, 0.36)
    heart_r = between(10, 0.26, 0.36)
    heart = soft(1 - ((x - heart_x) / heart_r) ** 2 - ((y - heart_y) / (heart_r * 1.05)) ** 2, 0.2)
    spine = np.exp(-((x / 0.10) ** 2))
    rib = np.cos(2 * np.pi * (between(11, 2.6, 3.4) * (y + 0.25 * x**2) + between(12, 0, 1)))
    image = 0.08 + body * (0.50 + 0.16 * spine + 0.035 * rib - lungs * between(13, 0.26, 0.34))
    image += heart * between(14, 0.16, 0.24)

    # Vessels: waves of any direction and of both widths, in everybody's lungs.
    for i, period in ((15, 4.5), (17, 10.0)):
        image += _VESSELS * lungs * _bands(x, y, between(i, 0, np.pi), period, between(i + 1, 0, 1))

    # The opacity.  Streaky ones lie a little lower: all that a single pixel can know.
    toward = column(np.where(u[:, 3] < 0.5, -1.0, 1.0))
    at_x = toward * (apart + between(19, -0.08, 0.08))
    at_y = between(20, -0.36, 0.28) + column(0.08 * label)
    size = between(21, 0.30, 0.42)
    blob = np.exp(-((((x - at_x) ** 2 + (y - at_y) ** 2) / (0.75 * size**2)) ** 2))
    period = np.where(label == 1, 3.4 + 1.2 * u[:, 22], 9.0 + 4.0 * u[:, 22])
    bands = _bands(x - at_x, y - at_y, between(23, 0, np.pi), column(period), column(u[:, 16]))
    bands -= (blob * bands).sum((1, 2), keepdims=True) / blob.sum((1, 2), keepdims=True)
    image += blob * (between(18, 0.14, 0.22) + bands * column(_STREAK * np.where(child, _CHILD, 1)))

    gain, offset = _GAIN[site]
    image = offset + gain * (image * column(1 + 0.05 * shift[:, 4]) + column(0.02 * shift[:, 5]))
    if _BLUR[site]:
        edge = np.pad(image, ((0, 0), (1, 1), (1, 1)), mode="edge")
        around = edge[:, :-2, 1:-1] + edge[:, 2:, 1:-1] + edge[:, 1:-1, :-2] + edge[:, 1:-1, 2:]
        image = (1 - 4 * _BLUR[site]) * image + _BLUR[site] * around
    image = np.clip(image + np.float32(_NOISE[site]) * noise, 0, 1).astype(np.float32)

    # Back from the chest to pixels: undo the division, the tilt and the shift.
    turn, size_px = tilt[:, 0, 0], scale[:, 0, 0]
    px, py = (at_x[:, 0, 0] * size_px, at_y[:, 0, 0] * size_px)
    col = px * np.cos(turn) - py * np.sin(turn) + 0.05 * shift[:, 0]
    row = px * np.sin(turn) + py * np.cos(turn) + 0.05 * shift[:, 1]
    centre = np.stack([row, col], axis=1) * (SIZE / 2) + (SIZE - 1) / 2
    return image, centre.astype(np.float32), size[:, 0, 0] * size_px * (SIZE / 2)


def _bands(
    x: np.ndarray,
    y: np.ndarray,
    angle: np.ndarray,
    period: float | np.ndarray,
    phase: np.ndarray,
) -> np.ndarray:
    """Return narrow dark and broad bright bands, `period` in pixels, mean 0 over a period."""
    import numpy as np

    along = (x * np.cos(angle) + y * np.sin(angle)) * (SIZE / 2) / period
    wave = np.cos(2 * np.pi * (along + phase))
    return wave - 0.35 * (wave**2 - 0.5)  # a second harmonic


def _uniform(z: np.ndarray) -> np.ndarray:
    """Return the rank of each standard normal number, in (0, 1)."""
    import math

    import numpy as np

    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])


def _check(
    n: int,
    seed: int,
    site: str,
    prevalence: float,
    children: float,
    marker: str | None,
    marker_rate: float,
) -> None:
    for name, value, low, high in (("n", n, 1, 1_000_000), ("seed", seed, 0, 2**32 - 1)):
        whole = hasattr(value, "__index__") and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise MedaiError(
                f"{name}={value!r} is not a whole number from {low} to {high}. "
                f"Give {name} such a number, e.g. {name}={max(low, 1)}."
            )
    if site not in SITES:
        raise MedaiError(f"site={site!r}: there are two scanners. Take 'A' or 'B'.")
    if marker not in MARKERS:
        raise MedaiError(f"marker={marker!r}: take None, 'positive' or 'random'.")
    shares = {"prevalence": prevalence, "children": children, "marker_rate": marker_rate}
    for name, value in shares.items():
        if not isinstance(value, int | float) or not 0 <= value <= 1:
            raise MedaiError(f"{name}={value!r} is a share: take a number from 0 to 1.")
