"""What a run says: every outcome with its error and spread, reasons, cautions."""
