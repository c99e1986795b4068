"""What `setup` makes of a sheet: what is missing is added, and nothing of people's is changed.

Columns, rows and tabs that dialling needs are always completed. Looks and comforts (notes, colours,
dropdowns, filter views, charts, …) are made once: what was made is remembered by developer metadata
at the column or tab that it belongs to, so what people changed or removed stays as they want it,
and what went with a deleted column or tab is made anew. `docs/decisions/0014` says why.
"""
