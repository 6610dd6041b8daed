"""Judging generated text: where overlap is blind, fact checks, raters, a model as judge."""
