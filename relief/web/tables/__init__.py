"""Tables as Excel files: template, check, marked workbook, import, export."""
