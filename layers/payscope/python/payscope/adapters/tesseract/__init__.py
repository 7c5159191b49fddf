"""Tesseract, the OCR program, where it is installed."""
