"""Steps on images against closed forms, hand calculations and pydicom's own window."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_windowing
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from medai.datasets import card
from medai.datasets.phantoms import chest_phantoms
from medai.preprocess.images import (
    Augment,
    Contrast,
    Denoise,
    Resize,
    before_after,
    from_dataset,
    noise_sd,
    prepare,
    read_slice,
    rescale,
    window,
)
from medai.runtime import MedaiError


def name_of(step):
    """Return the same name in every process: a function's text holds its address."""
    return "augmentation" if callable(step) and not hasattr(step, "report") else str(step)


STEPS = [
    Denoise(),
    Denoise("nl-means"),
    Contrast(),
    Contrast("clahe"),
    Resize(20, 24),
    Resize(20, 24, anti_alias=False),
    lambda images: Augment()(images, np.random.default_rng(0)),
]


@pytest.fixture(scope="module")
def images():
    return chest_phantoms(5, seed=2).images


def nothing(seed=0):
    return np.random.default_rng(seed)


# --- what every step does ------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=name_of)
def test_shape_type_and_range(step, images):
    for given in (images, images[..., 0], images[0, ..., 0]):
        kept = given.copy()
        result = step(given)
        assert result.dtype == np.float32
        assert result.ndim == given.ndim
        assert np.isfinite(result).all()
        assert result.min() >= 0
        assert result.max() <= 1
        np.testing.assert_array_equal(given, kept)  # what came in is not changed


@pytest.mark.parametrize("step", STEPS[:-1], ids=name_of)
def test_each_image_is_treated_by_itself(step, images):
    np.testing.assert_allclose(step(images)[2], step(images[2:3])[0], atol=1e-6)


@pytest.mark.parametrize("step", STEPS, ids=name_of)
def test_images_of_one_value_survive(step):
    flat = np.full((2, 16, 16, 1), 0.4)
    result = step(flat)
    assert np.isfinite(result).all()
    for image in result:
        assert np.ptp(image) < (0.1 if step is STEPS[-1] else 1e-6)


@pytest.mark.parametrize("step", STEPS, ids=name_of)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((2, 8, 8, 3)), r"shape \(2, 8, 8, 3\)"),
        (np.zeros(8), r"shape \(8,\)"),
        (np.zeros((0, 8, 8)), "hold no pixel"),
        (np.full((8, 8), np.nan), r"64 pixel\(s\) are NaN"),
        (np.array([["a", "b"], ["c", "d"]]), "not <U1"),
    ],
)
def test_wrong_images_are_named(step, wrong, message):
    with pytest.raises(MedaiError, match=message):
        step(wrong)


@pytest.mark.parametrize("step", [Contrast("clahe"), STEPS[-1]], ids=name_of)
def test_brightness_outside_the_unit_interval_is_refused(step):
    with pytest.raises(MedaiError, match=r"reach from 0 to 255.*divide them first"):
        step(np.linspace(0, 255, 64).reshape(8, 8))


@pytest.mark.parametrize(
    "same",
    [
        Denoise(size=1),
        Denoise("nl-means", strength=0),
        Contrast(low=0, high=100),
        Resize(32, 32),
        lambda images: Augment(0, 0, 0, 0, 0, 0)(images, nothing()),
    ],
    ids=name_of,
)
def test_nothing_to_do_changes_nothing(same, images):
    full = Contrast(low=0, high=100)(images)  # each image spans exactly [0, 1]
    np.testing.assert_array_equal(same(full), full)


# --- reports -------------------------------------------------------------------------------------


def test_report_by_hand():
    before = np.array([[0.0, 0.2, 0.4]] * 3)
    table = before_after(before, before[:, :2] + 0.5)
    assert table.loc[["images", "height", "width"], "before"].tolist() == [1, 3, 3]
    assert table.loc["width", "after"] == 2
    np.testing.assert_allclose(table.loc[["minimum", "maximum", "mean"], "after"], [0.5, 0.7, 0.6])
    np.testing.assert_allclose(table.loc["sd", "before"], np.sqrt((0.04 + 0 + 0.04) / 3), rtol=1e-6)
    assert table.loc["noise sd", "before"] == 0
    assert np.isnan(table.loc["noise sd", "after"])


def test_report_of_a_chain_of_steps(images):
    result, table = prepare(images, [Denoise(), Contrast("clahe"), Resize(28, 28)])
    assert list(table.index) == ["as given", "1 median 3x3", "2 CLAHE", "3 28x28"]
    assert result.shape == (5, 28, 28, 1)
    assert table.loc["1 median 3x3", "noise sd"] < table.loc["as given", "noise sd"]
    again = Resize(28, 28)(Contrast("clahe")(Denoise()(images)))
    np.testing.assert_array_equal(result, again)
    assert Denoise().report(images).loc["sd", "after"] == table.loc["1 median 3x3", "sd"]


def test_noise_is_estimated_under_any_even_slope():
    """Normal noise of .05 on a plane: 100 by 100 answers have a relative error near 1 %."""
    row, column = np.mgrid[:102, :102]
    plane = 0.003 * row - 0.002 * column
    assert noise_sd(plane) < 1e-6
    noisy = plane + 0.05 * nothing(1).standard_normal((102, 102))
    np.testing.assert_allclose(noise_sd(noisy), 0.05, rtol=0.05)
    with pytest.raises(MedaiError, match="need 3 by 3"):
        noise_sd(np.zeros((2, 9)))


# --- denoise, contrast, resize -------------------------------------------------------------------


def test_a_median_erases_what_covers_less_than_half_of_its_square():
    image = np.full((9, 9), 0.2, np.float32)
    image[4, 4] = image[4, 5] = image[5, 4] = image[5, 5] = 1  # 4 of 9: a minority everywhere
    assert Denoise(size=3)(image).max() == np.float32(0.2)
    image[3, 4] = 1  # now 5 of the 9 about (4, 4)... a majority
    assert Denoise(size=3)(image)[4, 4] == 1


def test_non_local_means_lowers_noise():
    noisy = np.clip(0.5 + 0.05 * nothing(2).standard_normal((40, 40)), 0, 1)
    assert Denoise("nl-means")(noisy).std() < 0.5 * noisy.std()


def test_stretch_by_hand():
    image = np.arange(101, dtype=float).reshape(1, 1, 101) / 200  # percentile p is p / 200
    result = Contrast(low=10, high=60)(image)
    expected = np.clip((image - 0.05) / 0.25, 0, 1)
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_clahe_is_that_of_scikit_image(images):
    from skimage.exposure import equalize_adapthist

    image = images[0, ..., 0]
    expected = equalize_adapthist(image, clip_limit=0.03)
    np.testing.assert_allclose(Contrast("clahe", clip_limit=0.03)(image), expected, atol=1e-6)


def test_halving_averages_and_picking_aliases():
    """A chequered board of 0 and 1: its mean is a half; picking keeps a board or loses it."""
    board = (np.indices((32, 32)).sum(0) % 2).astype(float)
    smooth = Resize(8, 8)(board)
    np.testing.assert_allclose(smooth[2:-2, 2:-2], 0.5, atol=0.05)
    stripes = np.tile([0.0, 0, 0, 1, 0], (35, 7))  # one bright column in five
    blurred, picked = Resize(35, 7)(stripes), Resize(35, 7, anti_alias=False)(stripes)
    np.testing.assert_allclose(blurred[:, 2:5], 0.2, atol=0.05)  # the share of bright columns
    assert picked.max() == 0  # the middle of each five is dark: they are gone


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Denoise("mean"), "method='mean'"),
        (lambda: Denoise(size=4), "size=4: take an odd"),
        (lambda: Denoise(strength=-1), "strength=-1"),
        (lambda: Contrast("gamma"), "method='gamma'"),
        (lambda: Contrast(low=60, high=40), "low=60, high=40"),
        (lambda: Contrast("clahe", clip_limit=0), "clip_limit=0"),
        (lambda: Resize(0, 5), "height=0"),
        (lambda: Resize(5, 2.5), "width=2.5"),
        (lambda: Augment(rotation=45), "rotation=45: take a number from 0 to 10"),
        (lambda: Augment(shift=0.5), "shift=0.5"),
        (lambda: Augment(noise=float("nan")), "noise=nan"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(MedaiError, match=message):
        make()


# --- augmentation --------------------------------------------------------------------------------


def test_the_generator_decides(images):
    a, b, c = (Augment()(images, nothing(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.05
    assert np.abs(a - images).max() > 0.05


def test_a_whole_pixel_of_shift_moves_the_image(images):
    """The first two numbers drawn for an image, times a quarter of the side, are its shift."""
    image = images[0, ..., 0]
    for seed in range(3):
        down, right = 8 * nothing(seed).uniform(-1, 1, size=(1, 6)).astype(np.float32)[0, :2]
        moved = Augment(0.25, 0, 0, 0, 0, 0)(image, nothing(seed))
        row, column = 16, 15
        from_row, from_column = row - down, column - right
        r, c = int(np.floor(from_row)), int(np.floor(from_column))
        a, b = from_row - r, from_column - c
        by_hand = (1 - a) * ((1 - b) * image[r, c] + b * image[r, c + 1]) + a * (
            (1 - b) * image[r + 1, c] + b * image[r + 1, c + 1]
        )
        np.testing.assert_allclose(moved[row, column], by_hand, atol=1e-4)


def test_rotation_and_zoom_keep_the_middle_and_what_is_round():
    row, column = np.mgrid[:33, :33] - 16
    ring = np.exp(-((np.hypot(row, column) - 8) ** 2) / 8)
    turned = Augment(0, 10, 0, 0, 0, 0)(ring, nothing(3))
    np.testing.assert_allclose(turned, ring, atol=0.03)  # linear interpolation of a wide ring
    line = np.zeros((33, 33))
    line[16] = 1
    assert np.abs(Augment(0, 10, 0, 0, 0, 0)(line, nothing(3)) - line).max() > 0.5
    larger = Augment(0, 0, 0.25, 0, 0, 0)
    sizes = [larger(ring, nothing(seed)).argmax() for seed in range(5)]
    assert len(set(sizes)) > 1


def test_brightness_and_contrast_by_hand(images):
    u = nothing(4).uniform(-1, 1, size=(5, 6)).astype(np.float32)
    image = 0.3 + 0.4 * images[..., 0]  # far from 0 and 1: nothing is clipped
    brighter = Augment(0, 0, 0, 0.1, 0, 0)(image, nothing(4))
    np.testing.assert_allclose(brighter, image + 0.1 * u[:, 5, None, None], atol=1e-6)
    spread = Augment(0, 0, 0, 0, 0.2, 0)(image, nothing(4))
    np.testing.assert_allclose(spread.mean((1, 2)), image.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(
        spread.std((1, 2)), (1 + 0.2 * u[:, 4]) * image.std((1, 2)), rtol=1e-4
    )


def test_noise_has_the_stated_spread():
    flat = np.full((4, 64, 64), 0.5)
    noisy = Augment(0, 0, 0, 0, 0, 0.05)(flat, nothing(5))
    np.testing.assert_allclose(noisy.std(), 0.05, rtol=0.03)  # 16,384 numbers: 0.6 % an s.e.


def test_no_flip_unless_asked_for_and_never_upside_down():
    """A wedge, bright at the left and at the top, stays so; a flip mirrors about half."""
    wedge = np.tile(np.linspace(1, 0, 32), (32, 1)) * 0.5 + np.linspace(0.5, 0, 32)[:, None]
    many = np.tile(wedge, (60, 1, 1))

    def at_the_left(images):
        return images[:, :, :16].mean((1, 2)) > images[:, :, 16:].mean((1, 2))

    plain = Augment()(many, nothing(6))
    assert at_the_left(plain).all()
    assert (plain[:, :16].mean((1, 2)) > plain[:, 16:].mean((1, 2))).all()
    flipped = Augment(flip_left_right=True)(many, nothing(6))
    assert 15 <= at_the_left(flipped).sum() <= 45  # four standard deviations about 30
    assert (flipped[:, :16].mean((1, 2)) > flipped[:, 16:].mean((1, 2))).all()
    with pytest.raises(TypeError):
        Augment(flip_up_down=True)


def test_augmentation_reports(images):
    table = Augment().report(images, nothing())
    assert table.loc["sd", "before"] != table.loc["sd", "after"]


# --- DICOM ---------------------------------------------------------------------------------------


def test_window_of_256_is_the_identity_on_bytes():
    """PS3.3, C.11.2.1.2, note 4: centre 2^(n-1), width 2^n."""
    x = np.arange(256)
    np.testing.assert_allclose(window(x, 128, 256), x / 255, atol=1e-7)


def test_window_of_width_one_is_a_threshold():
    """Note 5: below the centre 0, from the centre on 1, for whole numbers."""
    np.testing.assert_array_equal(window([98, 99, 100, 101], 100, 1), [0, 0, 1, 1])
    np.testing.assert_array_equal(window([98, 99, 100, 101], 100, 2), [0, 0, 1, 1])


@pytest.mark.parametrize(("centre", "width"), [(40, 400), (-600, 1500), (0.5, 3), (10, 1)])
def test_window_is_that_of_pydicom(centre, width):
    data = Dataset()
    data.WindowCenter, data.WindowWidth, data.BitsStored = centre, width, 16
    data.PixelRepresentation, data.PhotometricInterpretation = 0, "MONOCHROME2"
    x = nothing(7).integers(0, 4000, size=(20, 20)).astype(float)
    data.RescaleSlope, data.RescaleIntercept = 1, 0
    expected = apply_windowing(x.copy(), data) / (2**16 - 1)
    np.testing.assert_allclose(window(x, centre, width), expected, atol=1e-6)


def test_rescale_by_hand():
    np.testing.assert_array_equal(rescale([0, 1024, 2048], 1, -1024), [-1024, 0, 1024])
    np.testing.assert_array_equal(rescale([2], 0.5, 3), [4])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: window([1], 0, 0.5), "width=0.5"),
        (lambda: window([1], np.nan, 5), "centre=nan"),
        (lambda: window([np.nan], 0, 5), "NaN or infinite"),
        (lambda: rescale([1], 0, 0), "slope=0"),
        (lambda: rescale([1], 1, np.inf), "intercept=inf"),
    ],
)
def test_wrong_numbers_are_named(make, message):
    with pytest.raises(MedaiError, match=message):
        make()


def test_the_sample_slice():
    slice_ = read_slice()
    stored = pydicom.dcmread(card("ct-small").path()).pixel_array
    np.testing.assert_array_equal(slice_.values, stored.astype(float) - 1024)
    assert (slice_.unit, slice_.modality, slice_.windows) == ("HU", "CT", ())
    assert slice_.burnt_in == "not stated"
    assert {"PatientName", "InstitutionName", "PatientAge"} <= set(slice_.identifying)
    assert slice_.report.loc["minimum"].tolist() == [stored.min(), stored.min() - 1024.0]
    with pytest.raises(MedaiError, match="proposes no window"):
        slice_.shown()
    with pytest.raises(MedaiError, match="give both or neither"):
        slice_.shown(centre=40)
    np.testing.assert_array_equal(slice_.shown(40, 400), window(slice_.values, 40, 400))


def a_slice(**changes):
    """Return a tiny CT dataset; a change to None removes the entry."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, "1.2.3"
    data.Modality, data.PhotometricInterpretation, data.SamplesPerPixel = "CT", "MONOCHROME2", 1
    data.Rows, data.Columns, data.BitsAllocated, data.BitsStored, data.HighBit = 2, 3, 16, 16, 15
    data.PixelRepresentation, data.RescaleSlope, data.RescaleIntercept = 1, 2, -1000
    data.PixelData = np.array([[0, 500, 520], [600, -2000, 1000]], np.int16).tobytes()
    for key, value in changes.items():
        if value is None:
            delattr(data, key)
        else:
            setattr(data, key, value)
    return data


def read(data, tmp_path):
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    return read_slice(tmp_path / "a.dcm")


def test_signed_pixels_padding_and_the_file_s_window(tmp_path):
    data = a_slice(PixelPaddingValue=-2000, WindowCenter=[40, 0], WindowWidth=[400, 2000])
    slice_ = read(data, tmp_path)
    np.testing.assert_array_equal(slice_.values, [[-1000, 0, 40], [200, -1000, 1000]])
    assert slice_.padding == 1
    assert slice_.windows == ((40, 400), (0, 2000))
    np.testing.assert_array_equal(slice_.shown(), window(slice_.values, 40, 400))


def test_monochrome1_is_inverted(tmp_path):
    data = a_slice(PhotometricInterpretation="MONOCHROME1", WindowCenter=40, WindowWidth=400)
    slice_ = read(data, tmp_path)
    assert slice_.inverted
    np.testing.assert_allclose(slice_.shown(), 1 - window(slice_.values, 40, 400))
    assert slice_.shown()[0, 0] == 1  # air, the smallest value, is white


def test_other_modalities_have_no_hounsfield_units(tmp_path):
    data = a_slice(Modality="DX", RescaleSlope=None, RescaleIntercept=None)
    slice_ = read(data, tmp_path)
    assert slice_.unit == "stored"
    assert slice_.values.max() == 1000


def test_burnt_in_text_is_mentioned(tmp_path):
    assert read(a_slice(BurnedInAnnotation="YES"), tmp_path).burnt_in == "yes"
    assert read(a_slice(BurnedInAnnotation="NO"), tmp_path).burnt_in == "no"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"RescaleSlope": None}, r"a.dcm lacks RescaleSlope.*do not guess"),
        ({"RescaleSlope": None, "RescaleIntercept": None}, "lacks RescaleSlope and RescaleInter"),
        ({"PhotometricInterpretation": None}, "lacks PhotometricInterpretation"),
        ({"Modality": None}, "lacks Modality"),
        ({"PixelData": None}, "holds no pixels"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "is PALETTE COLOR"),
        ({"NumberOfFrames": 2}, "holds 2 frames"),
        ({"ModalityLUTSequence": [Dataset()]}, "has a table"),
        ({"PixelData": b"\0\0"}, "cannot be read"),
        ({"WindowCenter": 4, "WindowWidth": 5, "VOILUTFunction": "SIGMOID"}, "kind SIGMOID"),
    ],
)
def test_what_cannot_be_read_rightly_is_refused(changes, message, tmp_path):
    with pytest.raises(MedaiError, match=message):
        read(a_slice(**changes), tmp_path)


def test_nothing_but_padding_is_refused():
    data = a_slice(PixelPaddingValue=0)
    with pytest.raises(MedaiError, match="nothing but padding"):
        from_dataset(data, np.zeros((2, 3), np.int16))


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(MedaiError, match=r"gone\.dcm is no file"):
        read_slice(tmp_path / "gone.dcm")
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(MedaiError, match="is no DICOM file"):
        read_slice(tmp_path / "a.txt")
