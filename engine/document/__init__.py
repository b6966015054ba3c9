"""YAML text as a tree that keeps the place of every node, made for text from strangers.

The tree is built from the events of a YAML parser, never by its composer or constructor: no tags, merges or objects.
Everything is capped (bytes, depth, nodes with aliases counted at full size); all that is wrong is reported at once.

A line ends at a line feed or at a carriage return with a line feed, as in an editor. YAML 1.1 has four more line ends;
they are refused, so that the lines of the parser and the lines that people see are the same.
"""

from engine.document.files import read_file
from engine.document.limits import (
    MAX_ALIASES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_NUMBER,
    MAX_NUMBER_KEYS,
    MAX_PROBLEMS,
)
from engine.document.nodes import MappingNode, Node, ScalarNode, SequenceNode, Source, at, plain, problem
from engine.document.reader import LOADER, parse
from engine.document.values import Percent, Value, resolve

__all__ = [
    "LOADER",
    "MAX_ALIASES",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_NUMBER",
    "MAX_NUMBER_KEYS",
    "MAX_PROBLEMS",
    "MappingNode",
    "Node",
    "Percent",
    "ScalarNode",
    "SequenceNode",
    "Source",
    "Value",
    "at",
    "parse",
    "plain",
    "problem",
    "read_file",
    "resolve",
]
