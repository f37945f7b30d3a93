"""Which packages give an engine on which release: asked of the releases' own indexes where they can be reached."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sentinel_grader.environment import distribution, plugins, shell
from sentinel_grader.environment.distribution import RELEASES

OS_RELEASES = {
    "bookworm": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "trixie": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
    "jammy": 'ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n',
    "noble": 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
    "": 'ID=fedora\nVERSION_ID=42\nVERSION_CODENAME=""\n',
}


@pytest.mark.parametrize("codename", OS_RELEASES)
def test_a_release_is_known_by_its_code_name(codename: str, tmp_path: Path) -> None:
    path = tmp_path / "os-release"
    path.write_text(OS_RELEASES[codename])
    assert distribution.codename(path) == codename


def test_every_release_gets_compose_and_buildx_from_somewhere() -> None:
    for release in RELEASES.values():
        assert bool(release.compose and release.buildx) != bool(release.plugins_from), release


@pytest.mark.install
@pytest.mark.skipif(not shutil.which("apt-get"), reason="the releases' indexes are read with apt-get")
@pytest.mark.parametrize("codename", RELEASES)
def test_the_packages_are_in_the_release_s_index(codename: str, tmp_path: Path) -> None:
    release = RELEASES[codename]
    if release.name.startswith("Ubuntu"):
        pytest.skip("needs an Ubuntu mirror, which this machine's sources do not name")
    wanted = [*release.packages, *filter(None, (release.compose, release.buildx))]
    apt = plugins.private_apt(tmp_path, codename)
    shell.run([*apt, "update"], deadline=120)
    cache = ["apt-cache", *apt[1:]]
    offered = shell.run([*cache, "policy", *wanted], deadline=60)
    assert offered.count("Candidate: ") == len(wanted), offered
    assert "(none)" not in offered.replace("Installed: (none)", ""), offered


def test_debian_12_s_plugins_are_the_ones_its_next_release_has() -> None:
    release = RELEASES["bookworm"]
    assert release.plugins_from in RELEASES
    later = RELEASES[release.plugins_from]
    assert {later.compose, later.buildx} == set(plugins.PACKAGES.values())
