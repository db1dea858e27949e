#!/usr/bin/env python3
"""Verifies receipts and disclosures with any node: a second implementation of docs/ledger.md and docs/verify.md.

verify_receipt.py --rpc URL --contract 0x… --chain-id N FILE…
Prints JSON lines: each check {file, check, outcome, reason?}, then {file, verdict, state, …}. Standard library alone.
Exit code: 0 all valid, 1 one invalid, 2 none invalid but one could not be told, 64 usage, 66 no such file.
"""

import argparse
import json
import sys
import time

sys.dont_write_bytecode = True

import receipt_cms as cms_of  # noqa: E402
import receipt_ledger as ledger  # noqa: E402
import receipt_pdf as pdf_of  # noqa: E402
from receipt_errors import Refused  # noqa: E402

CHECKS = (
    "file_structure whole_document signature_form document_digest signature certificate_chain receipt_data issuer "
    "proof proof_document data_digest code_and_number amounts trusted_contract chain_read batch_root "
    "certificate_root certificate_validity book unit status"
).split()
OF_DOCUMENT_ALONE = (
    "file_structure whole_document signature_form document_digest signature certificate_chain proof_document "
    "certificate_root certificate_validity"
).split()
PASS, FAIL, UNKNOWN, SKIPPED = "pass", "fail", "unknown", "skipped"


class Run:
    """Checks one after the other, each only if those that it needs have passed."""

    def __init__(self):
        self.outcomes = {}

    def check(self, name, needs, action):
        """`action` gives None to pass, or (outcome, reason); Refused is a failure. Returns whether it passed."""
        self.outcomes[name] = self.barred(needs) or self.made(action)
        return self.passed(name)

    def barred(self, needs):
        unmet = [self.outcomes[need] for need in needs if self.outcomes[need][0] != PASS]
        if not unmet:
            return None
        return unmet[0] if all(outcome == UNKNOWN for outcome, _ in unmet) else (SKIPPED, None)

    def made(self, action):
        try:
            return action() or (PASS, None)
        except Refused as refusal:
            return FAIL, refusal.code

    def passed(self, name):
        return self.outcomes.get(name, (None,))[0] == PASS

    def verdict(self):
        outcomes = {outcome for outcome, reason in self.outcomes.values() if reason != "not_in_disclosure"}
        return "invalid" if FAIL in outcomes else "valid" if outcomes == {PASS} else "undetermined"


class Subject:
    """What one file says, as far as it was read, and what the chain says of it."""

    pdf = cms = hole = leaf = root = data = secret = proof = evidence = block = None
    fields = shown = withheld = None
    is_sealed = False


def judge(is_good, reason):
    return None if is_good else (FAIL, reason)


def check_pdf(raw, run, it):
    def structure():
        it.pdf = pdf_of.open_pdf(raw)

    def whole():
        it.hole = pdf_of.locate_signature(it.pdf)

    def form():
        it.cms = cms_of.read_cms(raw[it.hole[0] + 1 : it.hole[1] - 1])
        it.is_sealed = it.cms.proof is not None

    def digest():
        covered = raw[: it.hole[0]] + raw[it.hole[1] :]
        return judge(cms_of.sha256(covered) == it.cms.message_digest, "altered")

    def signature():
        point = cms_of.read_certificate(it.cms.certificate).point
        message = cms_of.der(cms_of.SET, cms_of.signed_attributes(it.cms))
        return judge(cms_of.verify_p256(point, message, it.cms.signature), "signature_wrong")

    def chain():
        leaf, root = cms_of.read_certificate(it.cms.certificate), cms_of.read_certificate(it.cms.root)
        cms_of.check_chain(leaf, root)
        it.leaf, it.root = leaf, root

    def data():
        it.data, it.secret = ledger.read_receipt_file(pdf_of.attachment(it.pdf, "receipt.json"))

    def issuer():
        code = it.leaf.credit_code
        return judge(code != "" and it.data.get("invoicingPartyCode") == code, "another_issuer")

    run.check("file_structure", [], structure)
    run.check("whole_document", ["file_structure"], whole)
    run.check("signature_form", ["whole_document"], form)
    run.check("document_digest", ["signature_form"], digest)
    run.check("signature", ["signature_form"], signature)
    run.check("certificate_chain", ["signature_form"], chain)
    run.check("receipt_data", ["file_structure"], data)
    run.check("issuer", ["receipt_data", "certificate_chain"], issuer)
    check_pdf_proof(run, it)


def check_pdf_proof(run, it):
    def proof():
        if not it.is_sealed:
            return UNKNOWN, "not_sealed"
        it.proof = ledger.read_proof(it.cms.proof)

    run.check("proof", ["signature_form"], proof)
    run.check(
        "proof_document",
        ["proof"],
        lambda: judge(it.proof.document_digest == it.cms.message_digest, "another_document"),
    )
    run.check(
        "data_digest",
        ["proof", "receipt_data"],
        lambda: judge(ledger.data_digest(it.data, it.secret) == it.proof.data_digest, "data_differs"),
    )
    check_data(run, it, ["proof", "receipt_data"])


def check_disclosure(raw, run, it):
    def data():
        it.proof_bytes, it.fields = ledger.read_disclosure_file(raw)

    def proof():
        it.proof = ledger.read_proof(it.proof_bytes)

    def digest():
        it.shown, it.withheld = ledger.check_disclosure(it.fields, it.proof.data_digest)
        it.data = {path[1:]: value for path, value in it.shown.items() if path.count("/") == 1}

    for name in OF_DOCUMENT_ALONE:
        run.check(name, [], lambda: (SKIPPED, "not_in_disclosure"))
    run.check("receipt_data", [], data)
    run.check("proof", ["receipt_data"], proof)
    run.check("data_digest", ["proof"], digest)
    check_data(run, it, ["data_digest"])


def check_data(run, it, needs):
    def number():
        data, proof = it.data, it.proof
        told = data.get("eInvoiceCode"), data.get("eInvoiceNumber")
        return judge(told == (f"{proof.code:08d}", f"{proof.number:010d}"), "another_number")

    def amounts():
        total = it.data.get("totalAmount")
        if type(total) is not int:
            return FAIL, "total_missing"
        return judge((it.proof.issued_fen, it.proof.reversed_fen) == (max(total, 0), max(-total, 0)), "another_amount")

    run.check("code_and_number", needs, number)
    run.check("amounts", needs, amounts)


def ask_chain(run, it, trust):
    """Of a receipt that is not sealed, about its root alone."""
    proof = it.proof
    run.check(
        "trusted_contract",
        ["proof"],
        lambda: judge((proof.chain_id, proof.contract) == (trust.chain_id, trust.contract), "another_contract"),
    )

    def read():
        root_digest = cms_of.sha256(it.root.spki) if it.root else bytes(32)
        asked = (proof.batch, proof.book_id, root_digest, proof.leaf) if proof else (0, 0, root_digest, bytes(32))
        try:
            it.evidence, it.block = ledger.read_evidence(trust.rpc, trust.chain_id, trust.contract, *asked)
        except ledger.Untold as untold:
            return UNKNOWN, str(untold)

    if it.fields is not None or it.pdf is None:
        needs = ["trusted_contract"]
    elif it.is_sealed:
        needs = ["trusted_contract", "certificate_chain"]
    else:
        needs = ["certificate_chain"]
    run.check("chain_read", needs, read)


def check_chain(run, it, trust, is_pdf):
    def batch():
        found, proof = it.evidence, it.proof
        if found["batch_time"] == 0:
            return (FAIL, "another_batch") if found["next"] > proof.number else (UNKNOWN, "batch_unknown")
        is_same = found["batch_root"] == proof.batch_root and found["segment_count"] == proof.segment_count
        return judge(is_same, "another_root")

    def book():
        found, proof = it.evidence, it.proof
        if found["unit_id"] == 0:
            return FAIL, "book_unknown"
        if found["code"] != proof.code:
            return FAIL, "another_code"
        is_inside = proof.first >= found["first"] and proof.number <= found["last"]
        return judge(is_inside and proof.first + proof.count <= found["next"], "number_outside_book")

    def unit():
        found = it.evidence
        code = it.leaf.credit_code if is_pdf else it.data.get("invoicingPartyCode")
        if found["credit_code"] == "" or found["credit_code"] != code:
            return FAIL, "another_unit"
        return judge(0 < found["admitted_at"] <= found["batch_time"], "unit_not_admitted")

    def issuer():
        code = it.evidence["credit_code"]
        return judge(code != "" and it.data.get("invoicingPartyCode") == code, "another_issuer")

    def status():
        found = it.evidence
        is_sound = found["used_fen"] + found["locked_fen"] <= found["cap_fen"]
        is_sound = is_sound and bool(found["reversed"]) == (found["reversed_by_code"] != 0)
        return None if is_sound else (UNKNOWN, "status_unreadable")

    run.check("batch_root", ["chain_read", "proof"], batch)
    if is_pdf:
        check_certificates(run, it, trust)
    run.check("book", ["chain_read", "batch_root"], book)
    if not is_pdf:
        run.check("issuer", ["book", "data_digest"], issuer)
    run.check("unit", ["book", "certificate_chain"] if is_pdf else ["issuer"], unit)
    run.check("status", ["batch_root"], status)


def check_certificates(run, it, trust):
    def root():
        added, revoked, batch_time = (it.evidence[key] for key in ("root_added_at", "root_revoked_from", "batch_time"))
        if added == 0:
            return FAIL, "root_unknown"
        if not it.is_sealed:
            return None if revoked == 0 else (UNKNOWN, "root_revoked")
        if added > batch_time:
            return FAIL, "root_added_later"
        return judge(revoked == 0 or revoked > batch_time, "root_revoked")

    def validity():
        at_ms = it.evidence["batch_time"] * 1000 if it.is_sealed else trust.now_ms
        is_valid = all(each.not_before_ms <= at_ms <= each.not_after_ms for each in (it.leaf, it.root))
        reason = (FAIL, "certificate_expired") if it.is_sealed else (UNKNOWN, "certificate_not_current")
        return None if is_valid else reason

    run.check("certificate_root", ["batch_root", "certificate_chain"] if it.is_sealed else ["chain_read"], root)
    needs = ["batch_root", "certificate_chain"] if it.is_sealed else ["certificate_chain"]
    run.check("certificate_validity", needs, validity)


def state_of(run, it, verdict):
    if verdict == "undetermined" and it.leaf is not None and not it.is_sealed:
        return "not_anchored"
    if verdict != "valid":
        return "unknown"
    if it.evidence["reversed"]:
        return "reversed"
    if it.evidence["on_paper"]:
        return "on_paper"
    return "claimed" if it.evidence["used_fen"] + it.evidence["locked_fen"] > 0 else "normal"


def disclosure_in(raw):
    """The disclosure file that bytes are, or that a PDF without any signature carries; None of a receipt and all else."""
    if raw[:1] == b"{":
        return raw
    try:
        pdf = pdf_of.open_pdf(raw)
        return pdf_of.attachment(pdf, "disclosure.json") if pdf.signature_count == 0 else None
    except Refused:
        return None


def verify(raw, trust):
    """(run, verdict, state, subject)"""
    run, it = Run(), Subject()
    disclosure = disclosure_in(raw)
    is_pdf = disclosure is None
    if is_pdf:
        check_pdf(raw, run, it)
    else:
        check_disclosure(disclosure, run, it)
    ask_chain(run, it, trust)
    check_chain(run, it, trust, is_pdf)
    verdict = run.verdict()
    return run, verdict, state_of(run, it, verdict), it


def show(name, run, verdict, state, it):
    for check in CHECKS:
        outcome, reason = run.outcomes[check]
        line = {"file": name, "check": check, "outcome": outcome, **({"reason": reason} if reason else {})}
        print(json.dumps(line))
    last = {"file": name, "verdict": verdict, "state": state}
    if it.evidence is not None:
        last.update(block=it.block, batchTimeS=it.evidence["batch_time"])
    if it.withheld is not None:
        last["withheld"] = it.withheld
    print(json.dumps(last, ensure_ascii=False), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Verifies receipts and disclosures with any node.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--contract", required=True, type=str.lower)
    parser.add_argument("--chain-id", required=True, type=int)
    parser.add_argument("--now-ms", type=int, default=time.time_ns() // 1_000_000)
    try:
        trust = parser.parse_args()
    except SystemExit as stop:
        return 64 if stop.code else 0
    verdicts = set()
    for name in trust.files:
        try:
            with open(name, "rb") as file:
                raw = file.read()
        except OSError as error:
            print(error, file=sys.stderr)
            return 66
        run, verdict, state, it = verify(raw, trust)
        show(name, run, verdict, state, it)
        verdicts.add(verdict)
    return 1 if "invalid" in verdicts else 2 if "undetermined" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
