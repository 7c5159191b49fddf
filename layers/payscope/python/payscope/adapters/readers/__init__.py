"""Readers: files of one format each, streamed into blocks of raw text columns."""
