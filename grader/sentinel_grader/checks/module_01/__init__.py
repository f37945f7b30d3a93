"""Module 1: containers. Importing it declares its checks."""

from sentinel_grader.checks.module_01 import test_1_first_image as test_1_first_image
from sentinel_grader.checks.module_01 import test_2_multi_stage_and_small as test_2_multi_stage_and_small
from sentinel_grader.checks.module_01 import test_3_non_root_and_hardened as test_3_non_root_and_hardened
from sentinel_grader.checks.module_01 import test_4_signals_and_health as test_4_signals_and_health
from sentinel_grader.checks.module_01 import test_7_repair as test_7_repair
from sentinel_grader.checks.module_01 import test_8_decision_card as test_8_decision_card
