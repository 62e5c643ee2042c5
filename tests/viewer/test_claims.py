"""Each row of the table beside other viewers has tests of what it says of this page."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
VIEW = TESTS.parent.parent / "docs" / "howto" / "view.md"
PRESSED = {
    "reads": [
        "test_pixels::test_a_ramp_of_greys",
        "test_coordinates::test_a_folder_offers_what_is_in_it",
        "test_table::test_a_table_of_a_kernel",
        "../http/test_servers::test_a_mounted_file_is_followed_when_it_changes",
        "test_exploring::test_a_share_link_shows_the_same_and_nothing_around_it",
    ],
    "runs": ["test_bundle::test_little_comes_before_the_first_picture"],
    "any slice of n dimensions": [
        "test_dimensions::test_axes_change_places",
        "test_dimensions::test_an_array_of_six_axes_is_an_image",
        "test_explorer_view::test_slice_scales_and_colours_are_in_the_address",
    ],
    "images larger than memory": [
        "test_pixels::test_all_of_a_deep_pyramid",
        "test_pixels::test_a_deep_pyramid_at_full_zoom",
    ],
    "channels together, each with a colour": [
        "test_pixels::test_two_channels_are_added",
        "test_dimensions::test_eight_channels_are_added_each_in_its_colour",
    ],
    "scales of colours": [
        "test_pixels::test_limits_gamma_and_logarithm",
        "test_scales::test_inverted_colours_are_the_other_way_round",
        "test_scales::test_a_scale_of_both_signs_is_steepest_at_zero",
        "test_explorer_view::test_roots_are_steepest_at_the_least_values",
    ],
    "missing values": [
        "test_pixels::test_what_is_not_a_number_is_neither_black_nor_white",
        "test_explorer::test_what_is_missing_is_missing",
    ],
    "coordinates, units": [
        "test_explorer::test_a_spectrum_of_nexus_has_axes_errors_and_other_signals",
        "test_explorer::test_a_variable_lies_where_its_coordinates_are",
        "test_coordinates::test_packed_coordinates_and_values_are_unpacked",
        "test_coordinates::test_transformations_are_applied_in_their_order",
    ],
    "dates": [
        "test_explorer::test_times_are_dates",
        "test_explorer::test_dates_are_of_the_calendar_that_counts_them",
    ],
    "lines with errors and further signals": [
        "test_explorer::test_a_spectrum_of_nexus_has_axes_errors_and_other_signals"
    ],
    "lines of 10^9 values": [
        "test_lines::test_a_part_is_asked_for_anew",
        "test_coordinates::test_lines_lie_along_their_coordinate",
    ],
    "complex numbers by phase": ["test_explorer::test_complex_numbers_have_a_phase"],
    "three cuts through a volume": ["test_cuts::test_cuts_show_the_planes_in_which_the_cross_lies"],
    "rows of a table": ["test_table::test_a_hundred_million_rows_are_scrolled_to_their_end_and_back"],
    "digits of its numbers": [
        "test_table::test_the_first_rows_are_those_of_the_file",
        "test_explorer::test_cells_have_all_digits",
    ],
    "sorted, searched": [
        "test_table::test_rows_are_sorted_by_a_column_both_ways",
        "test_table::test_a_text_is_found",
        "test_cancelling::test_a_sort_that_is_cancelled_ends_in_the_kernel",
    ],
    "chosen by values and ranges": ["test_table::test_rows_are_chosen_by_values_and_ranges"],
    "statistics and histograms of columns": [
        "test_table::test_a_column_tells_its_statistics",
        "test_table::test_heads_show_histograms",
    ],
    "columns against one another": [
        "test_table_plot::test_points_lie_where_the_values_are_and_what_has_no_place_is_counted",
        "test_table_plot::test_many_rows_are_reduced_where_they_are_and_the_page_says_so",
    ],
    "files of what is shown": [
        "test_exporting::test_all_and_what_is_seen_can_be_saved",
        "test_exporting::test_the_rows_that_are_seen_can_be_saved",
        "test_explorer_view::test_a_heat_map_is_saved_with_axes_and_colours",
        "test_explorer_view::test_lines_are_saved_as_pixels_with_axes",
        "test_picture_file::test_pixels_are_those_of_the_screen",
        "test_table_plot::test_the_picture_of_a_plot_is_what_is_seen",
    ],
    "follows data that change": [
        "test_live::test_a_loop_is_a_film_of_whole_pictures",
        "test_live_forms::test_a_table_grows_where_it_is",
        "test_live_forms::test_a_heat_map_changes",
    ],
}


def rows() -> dict[str, str]:
    """What the table says of this page, row by row."""
    _, _, table = VIEW.read_text().partition("| | this page |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return {name.strip(): ours.strip() for _, name, ours, *_ in (line.split("|") for line in lines)}


def test_each_row_is_pressed():
    claimed = {name for name, ours in rows().items() if ours != "no"}
    assert claimed == PRESSED.keys()


@pytest.mark.parametrize("row", PRESSED)
def test_the_tests_are_there(row: str):
    for test in PRESSED[row]:
        module, _, name = test.partition("::")
        tree = ast.parse((TESTS / f"{module}.py").read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test
