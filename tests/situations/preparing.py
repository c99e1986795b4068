"""What `setup` leaves in a sheet: notes, protections, charts, and an alarm that works by itself."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "What stands in a sheet that was set up",
    {
        "notes on what people fill in": (
            *("note_phone", "note_amount", "note_text1", "note_text2"),
            *("note_call_after", "note_call_before"),
        ),
        "notes on what the dialer fills in": (
            *("note_status", "note_answer", "note_dtmf", "note_call_id", "note_called_number"),
            *("note_attempts", "note_called_at", "note_updated_at", "note_why", "note_ref"),
        ),
        "notes on the Do Not Call tab": (
            *("note_do_not_call", "note_opted_out", "note_opted_out_at", "note_opted_out_in"),
        ),
        "notes on the Dialer tab": (
            *("note_control", "note_alarm", "note_clock"),
            *("note_calling_days", "note_calling_hours"),
            *("note_daily_cap", "note_daily_budget", "note_voice", "note_preview"),
        ),
        "what the dialer alone writes is protected": "protected",
        "charts": ("chart_outcomes", "chart_answers", "chart_hours"),
        "their axes": ("chart_axis_calls", "chart_axis_rate"),
    },
)
def a_new_sheet(stage: Stage) -> None:
    stage.look()


@in_the_sheet(
    "A sheet with columns that not everybody needs",
    {
        "more texts, keys and voices": ("note_text", "note_key", "note_voice_id"),
        "a column of people's own, to call back": "note_callback",
    },
)
def more_columns(stage: Stage) -> None:
    tab = stage.tab()
    start = len(tab.row_values(1))
    tab.add_cols(3)
    for place, title in enumerate(("Text3", "Key1", "Voice ID"), start=start + 1):
        tab.update_cell(1, place, title)
    stage.configure(campaign={"callback_column": "Callback"})
    assert stage.run("setup").returncode == 0


@in_the_sheet(
    "The alarm on the Dialer tab",
    {
        "before the first pass": "alarm_never",
        "while passes come": "alarm_running",
        "long after the last one": "alarm_stopped",
    },
)
def the_alarm(stage: Stage) -> None:
    stage.look()
    # By Google's clock the stage's passes were months ago.
    stage.dial(1)
    stage.dial(1, clock=stage.googles_clock())
