"""Texts, chapter by chapter: one function a claim; a chapter is a module, or a package with a list of its SECTIONS.

Nothing registers itself: `every_claim()` looks into the chapters and takes the claims it finds, in the order of the page;
after a chapter's own come those that rows of `facts` make of its published figures. What is read off the source alone, nothing
imported, is in `claims.catalogue`, and which text is meant in `claims.texts`.
"""

import importlib
import pkgutil
from collections.abc import Container, Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from claims.evidence.keys import Sources
    from claims.evidence.source import Source
    from claims.kit.claim import Claim
    from claims.texts import Text

FACTS = "facts"  # the module of a text that its rows stand for


def every_claim(text: "Text | None" = None) -> "tuple[Claim, ...]":
    """All claims of a text, in its order; two claims of one id are refused, and uses of what is not there."""
    from claims.texts import the_text

    return _claims_of(text or the_text())


@cache
def _claims_of(text: "Text") -> "tuple[Claim, ...]":
    from claims.evidence.keys import here
    from claims.facts import fact_claims

    present = {module.name for module in pkgutil.iter_modules([str(text.folder)])}
    facts = fact_claims(text)
    found = [
        one
        for name in chapters(text, here())
        for one in (*_own(text, name, present), *(one for one in facts if one.chapter == name))
    ]
    in_chapters(text, facts)
    unique(found)
    known_uses(found)
    return tuple({one.id: one for one in found}.values())


def chapters(text: "Text", sources: "Sources") -> list[str]:
    """Those that the text lists, and after them those that are new to it: whatever else makes claims there."""
    return [*text.names, *sorted({chapter_of(text, one) for one in making_claims(text, sources)} - {*text.names})]


def chapter_of(text: "Text", module: str) -> str:
    """The chapter that a module of the text belongs to."""
    return module.removeprefix(f"{text.package}.").partition(".")[0]


def making_claims(text: "Text", sources: "Sources") -> list[str]:
    """The modules that make claims, listed as SECTIONS or not, by their names."""
    files = sorted(one for one in text.folder.rglob("*.py") if b"claim(" in one.read_bytes())
    parts = (one.relative_to(text.folder).with_suffix("").parts for one in files)
    names = (".".join([text.package, *one]).removesuffix(".__init__") for one in parts)
    return [one for one in names if (source := source_of(one, sources)) and source.claims]


def source_of(module: str, sources: "Sources") -> "Source | None":
    """A chapter's module as its source tells it; ClaimError where its list of sections cannot be read off."""
    try:
        return sources.module(module)
    except ValueError as problem:
        from claims.kit.claim import ClaimError

        raise ClaimError(f"{sources.place(module)}: SECTIONS must be a plain list of texts: {problem}") from problem


def find_claim(id: str, module: str) -> "Claim":
    """The claim of that id, of which it is known where it stands: nothing else is imported."""
    from claims.texts import the_text

    text = the_text()
    if module == f"{text.package}.{FACTS}":
        from claims.facts import fact_claims

        return next(one for one in fact_claims(text) if one.id == id)
    for one in claims_in(_imported(module)):
        if one.id == id:
            in_its_place(text, one)
            return one
    from claims.evidence.keys import here
    from claims.kit.claim import ClaimError

    place = here().place(module)
    raise ClaimError(f"{place}: claim {id!r} is not there once the file was read to its end; has something else its name?")


def _imported(module: str) -> ModuleType:
    """A chapter's module; mistakes in it are told as its author's."""
    from claims.kit.mistakes import told_as_mistakes

    with told_as_mistakes():
        return importlib.import_module(module)


def claims_in(module: ModuleType) -> "list[Claim]":
    """The claims that a module defines, in the order in which they stand."""
    from claims.kit.claim import Claim

    return [thing for thing in vars(module).values() if isinstance(thing, Claim)]


def unique(found: Iterable[Any]) -> None:
    """Two claims of one id are refused."""
    seen: dict[str, Any] = {}
    for one in found:
        if (other := seen.setdefault(one.id, one)) is not one:
            refuse(one, f"claim {one.id!r} is already defined at {other.defined_at}; give it another id")


def known_uses(found: Iterable[Any], ids: Container[str] = ()) -> None:
    """Uses of what is not there are refused; of all claims there are these `ids` as well."""
    known = {one.id: one for one in found}
    for one in known.values():
        if unknown := [id for id in one.uses if (id not in known and id not in ids) or id == one.id]:
            refuse(one, f"claim {one.id!r} uses {', '.join(unknown)}; name other claims, by their ids")


def in_chapters(text: "Text", found: Iterable[Any]) -> None:
    """Rows of facts that name no chapter are refused."""
    for one in found:
        if one.id.partition(".")[0].replace("-", "_") not in text.names:
            refuse(one, f"id: {one.id!r} names no chapter; begin it with one of {', '.join(text.names)}, "
                         f"or add a new one to {text.called('text.toml')}")  # fmt: skip


def in_its_place(text: "Text", claim: "Claim") -> None:
    """Refused are claims that are not in the text and say where it says so, and those that answer no public question where all
    do, or do so elsewhere."""
    chapter = text.about.chapter(claim.chapter)
    if claim.lines and chapter.apart:
        refuse(claim, f"claim {claim.id!r} is not of the {text.about.noun} and has lines=; leave them out")
    if chapter.asked and not claim.asked:
        refuse(claim, f"claim {claim.id!r} has asked={claim.asked!r}; write where and in which year, the question, "
                      "and its address: “GitHub 2024: Which step has read it all? https://…”")  # fmt: skip
    if claim.asked and not chapter.asked:
        home = next((one.name for one in text.about.chapters if one.asked), "")
        refuse(claim, f"claim {claim.id!r} answers no question in public and has asked={claim.asked!r}: leave it out"
                      + (f", or begin its id with {home}." if home else ""))  # fmt: skip


def in_their_places(text: "Text", found: Iterable[Any], first: Mapping[str, Any]) -> None:
    """Claims that a chapter does not list are refused, and those whose ids name another one. `first` are those of every module
    that makes any."""
    found = list(found)
    for one in (one for one in found if one.module != f"{text.package}.{FACTS}"):
        if not one.id:
            refuse(one, "a claim's id stands first, in quotation marks and not worked out: it is read off the source")
        if one.chapter != (home := chapter_of(text, one.module)):
            refuse(one, f"claim {one.id!r} stands in the chapter {home}; begin its id with {home.replace('_', '-')}.")
    for module in sorted(first.keys() - {one.module for one in found}):
        chapter, *section = module.removeprefix(f"{text.package}.").split(".")
        refuse(
            first[module], f"{text.called(f'{chapter}/__init__.py')} does not list it: add {'.'.join(section)!r} to its SECTIONS"
        )


def refuse(one: Any, why: str) -> NoReturn:
    """ClaimError, with the place of what is refused."""
    from claims.kit.claim import ClaimError

    raise ClaimError(f"{one.defined_at}: {why}")


def _own(text: "Text", name: str, present: set[str]) -> "list[Claim]":
    """The claims that a chapter's modules define, in the order in which they stand."""
    if name not in present:
        return []
    found = [one for section in _sections(_imported(f"{text.package}.{name}")) for one in claims_in(section)]
    for one in found:
        in_its_place(text, one)
    return found


def _sections(chapter: ModuleType) -> list[ModuleType]:
    """A chapter's own modules in the order in which they are read: itself, unless it lists others."""
    names = getattr(chapter, "SECTIONS", None)
    return [chapter] if names is None else [_imported(f"{chapter.__name__}.{name}") for name in names]
