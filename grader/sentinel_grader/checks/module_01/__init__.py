"""Module 1: containers. Importing it declares its checks."""

from sentinel_grader.checks.module_01 import test_1_first_image as test_1_first_image
