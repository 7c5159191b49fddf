"""Decide what columns mean: a known profile, a proven proposal, or a proposal that waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from payscope.application.ingest.name_similarity import NameSimilarity
from payscope.application.ingest.prove_totals import ProveTotals
from payscope.application.ingest.report_ports import (
    ChunkStore,
    MappingBook,
    MappingProposal,
    ProfileBook,
    ReportLedger,
    RowSampler,
)
from payscope.domain.ingest.figures import FigurePlan, Tally
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.layouts import fingerprint, lacks_column
from payscope.domain.ingest.mapping import InferredProfile, infer_profile, waiting_reason
from payscope.domain.ingest.profiles import OnDisagreement, Profile
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.ingest.stated_sums import TotalsLine
from payscope.errors import Conflict, InvalidInput

_SAMPLE_ROWS = 500
_SHOWN_ROWS = 5
# Who decided about a mapping that needed nobody.
_INFERENCE = "payscope:inference"


@dataclass(frozen=True, slots=True)
class MapDecision:
    """Which profile applies, or which proposal waits."""

    status: ReportStatus
    profile: str | None
    mapping_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MapReport:
    """Maps one parsed file.

    Attributes:
        names: How near names of columns are to known words; None compares them by their words alone.
    """

    profiles: ProfileBook
    mappings: MappingBook
    ledger: ReportLedger
    chunks: ChunkStore
    sampler: RowSampler
    proof: ProveTotals
    names: NameSimilarity | None

    def decide(
        self,
        bank_id: UUID,
        report_id: UUID,
        parsed_profile: str | None,
        columns: Sequence[str],
        chunk_keys: Sequence[str],
        drift: Sequence[str],
        report_format: str,
        now: datetime,
        totals: Sequence[Sequence[str]] = (),
    ) -> MapDecision:
        """Set the profile, or propose one and let the report wait.

        Args:
            drift: What differs from the known layout, or from the one that this nearly is.
            totals: Lines of totals of an unknown layout: the label, then the cells.

        Raises:
            InvalidInput: No column could be given a meaning, or a file that must agree with the totals that
                it states does not.
        """
        if parsed_profile is not None:
            profile = find_profile(self.profiles, self.mappings, bank_id, parsed_profile)
            # What OCR read must agree, whatever the profile's rule: a misread amount looks like any other.
            if profile.on_disagreement is OnDisagreement.REJECT or report_format == FileFormat.SCAN:
                self.proof.prove(bank_id, report_id, profile, chunk_keys)
            self.ledger.advance(
                bank_id,
                report_id,
                ReportStatus.LOADING,
                format=report_format,
                profile=profile.profile,
                source=profile.source,
                drift=drift,
            )
            return MapDecision(ReportStatus.LOADING, profile.profile)
        layout = fingerprint(columns)
        lines = [TotalsLine(label, tuple(cells)) for label, *cells in totals]
        inferred, shown = self._inferred(layout, columns, chunk_keys, lines, drift)
        mapping_id = self.mappings.propose(
            bank_id,
            MappingProposal(
                uuid5(report_id, layout),
                inferred.name,
                report_id,
                layout,
                inferred.profile,
                {**inferred.evidence, "drift": list(drift), "sample_rows": shown},
                inferred.confidence,
            ),
            now,
        )
        # A known layout that lacks a column is never taken for a new one without a person.
        is_sure = inferred.is_sure and not any(lacks_column(note) for note in drift)
        profile = self._approved_by_itself(bank_id, layout, mapping_id, now) if is_sure else None
        if profile is not None:
            self.ledger.advance(
                bank_id,
                report_id,
                ReportStatus.LOADING,
                format=report_format,
                profile=profile.profile,
                source=profile.source,
                drift=(*drift, f"the mapping was inferred and proved by {_proof(inferred)}"),
            )
            return MapDecision(ReportStatus.LOADING, profile.profile, mapping_id)
        self.ledger.advance(
            bank_id,
            report_id,
            ReportStatus.NEEDS_MAPPING,
            format=report_format,
            reason=" ".join([waiting_reason(mapping_id), *(f"It {n}." for n in drift if lacks_column(n))]),
            drift=drift,
        )
        return MapDecision(ReportStatus.NEEDS_MAPPING, None, mapping_id)

    def _inferred(
        self,
        layout: str,
        columns: Sequence[str],
        chunk_keys: Sequence[str],
        totals: Sequence[TotalsLine],
        drift: Sequence[str],
    ) -> tuple[InferredProfile, list[dict[str, str]]]:
        """The proposal, and some rows to judge it by; card numbers left them when they were read."""
        sample: Mapping[str, Sequence[str]] = {}
        if chunk_keys:
            sample = self.sampler.sample(self.chunks.read(chunk_keys[0]), _SAMPLE_ROWS)

        def measure(plan: FigurePlan) -> Tally:
            tally = Tally(plan)
            for key in chunk_keys:
                tally.add(self.sampler.values(self.chunks.read(key), plan.columns))
            return tally

        try:
            near: Mapping[tuple[str, str], tuple[str, float]] = (
                self.names.nearest(columns) if self.names else {}
            )
            inferred = infer_profile(layout, columns, sample, totals, near, measure)
        except InvalidInput as error:
            lacks = [f"It {note}." for note in drift if lacks_column(note)]
            raise InvalidInput(" ".join([error.message, *lacks])) from error
        count = min(_SHOWN_ROWS, *(len(values) for values in sample.values())) if sample else 0
        shown = [
            {name: values[row] for name, values in sample.items() if values[row]} for row in range(count)
        ]
        return inferred, shown

    def _approved_by_itself(
        self, bank_id: UUID, layout: str, mapping_id: UUID, now: datetime
    ) -> Profile | None:
        """The proposal as the bank's profile; what was decided about the layout already, where it applies."""
        try:
            return self.mappings.approve(bank_id, mapping_id, None, _INFERENCE, now)
        except Conflict:
            decided = reversed(self.mappings.approved(bank_id))
            return next((profile for profile in decided if fingerprint(profile.header) == layout), None)


def _proof(inferred: InferredProfile) -> str:
    return "; ".join(inferred.evidence["proven_by"][:3])


def find_profile(profiles: ProfileBook, mappings: MappingBook, bank_id: UUID, name: str) -> Profile:
    """A profile of the product or of the bank by ``name@version``.

    Raises:
        InvalidInput: There is none.
    """
    for profile in (*profiles.all(), *mappings.approved(bank_id)):
        if profile.profile == name:
            return profile
    raise InvalidInput(f"There is no profile {name} for this bank.")
