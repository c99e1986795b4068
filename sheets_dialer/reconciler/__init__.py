"""One pass over the campaigns: observe the sheet, plan, commit what was decided, write the sheet,
and hand over the calls. What a pass keeps for the next one lives here, too."""
