// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReceiptLedger} from "../interfaces/IReceiptLedger.sol";
import {LedgerHash} from "../lib/LedgerHash.sol";
import {SegmentTree} from "../lib/SegmentTree.sol";
import {LedgerStatus} from "./LedgerStatus.sol";

/// @title Batches, declarations, and proofs that lead to a batch.
abstract contract LedgerAnchor is LedgerStatus {
    /// @dev One slot.
    struct DeclaredRecord {
        uint40 through;
        uint64 issuedFen;
        uint64 reversedFen;
        uint40 voidCount;
        uint48 time;
    }

    bytes32 private constant REVERSAL_TYPEHASH = keccak256("Reversal(bytes32 leaf,uint40 by)");
    bytes32 private constant SEGMENT_TYPEHASH = keccak256(
        "Segment(uint32 bookId,uint40 from,uint24 count,bytes32 root,Reversal[] reversals)"
        "Reversal(bytes32 leaf,uint40 by)"
    );
    bytes32 private constant DECLARATION_TYPEHASH = keccak256(
        "Declaration(uint32 bookId,uint40 through,uint64 issuedFen,uint64 reversedFen,uint40 voidCount)"
    );
    bytes32 private constant NO_REVERSALS = keccak256("");
    /// @dev A proof has room for 12 siblings of the batch's tree.
    uint256 internal constant MAX_SEGMENTS = 4096;
    uint8 private constant PROOF_VERSION = 1;

    /// @inheritdoc IReceiptLedger
    uint32 public immutable declareMinReceipts;

    mapping(uint64 batchNo => Batch) private _batches;
    mapping(uint32 bookId => DeclaredRecord) private _declared;
    uint64 private _batchCount;

    constructor(uint32 declareMinReceipts_) {
        if (declareMinReceipts_ == 0) revert LedgerArgumentZero("declareMinReceipts");
        declareMinReceipts = declareMinReceipts_;
    }

    /// @inheritdoc IReceiptLedger
    /// @dev The contract computes the batch's root itself: an anchorer can't anchor what it did not show.
    function anchor(
        Segment[] calldata segments
    ) external onlyRole(ANCHORER_ROLE) whenNotPaused returns (uint64 batchNo) {
        uint256 size = segments.length;
        if (size == 0 || size > MAX_SEGMENTS) revert LedgerBatchSize(size, MAX_SEGMENTS);
        bytes32 previous = _batches[_batchCount].head;
        batchNo = ++_batchCount;
        bytes32 domainSeparator = _domainSeparatorV4();
        bytes32[] memory hashes = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) hashes[i] = _anchorSegment(batchNo, segments[i], domainSeparator);

        bytes32 batchRoot = SegmentTree.root(hashes, SegmentTree.BATCH_NODE);
        uint64 time = _now();
        bytes32 headHash = LedgerHash.head(previous, batchNo, batchRoot, time);
        _batches[batchNo] = Batch(batchRoot, headHash, time, uint32(size));
        emit BatchAnchored(batchNo, batchRoot, headHash, time, uint32(size));
    }

    /// @inheritdoc IReceiptLedger
    function declare(
        uint32 bookId,
        uint40 through,
        uint64 issuedFen,
        uint64 reversedFen,
        uint40 voidCount,
        bytes calldata signature
    ) external whenNotPaused {
        BookRecord storage book_ = _bookRecord(bookId);
        DeclaredRecord storage record = _declared[bookId];
        uint40 covered = record.time == 0 ? book_.first - 1 : record.through;
        // Each signature is good once, since `through` only grows: no replay, and no nonce.
        if (through <= covered || through >= book_.next) {
            revert LedgerDeclarationOutside(bookId, through, covered, book_.next - 1);
        }
        _requireReceipts(bookId, through - covered, voidCount, record.voidCount);
        _requireTotal(bookId, issuedFen, record.issuedFen);
        _requireTotal(bookId, reversedFen, record.reversedFen);
        bytes32 hash = keccak256(abi.encode(DECLARATION_TYPEHASH, bookId, through, issuedFen, reversedFen, voidCount));
        _requireSigner(bookId, _unitOfBook(book_.unitId).signer, _domainSeparatorV4(), hash, signature);
        _declared[bookId] = DeclaredRecord(through, issuedFen, reversedFen, voidCount, _now());
        emit TotalsDeclared(bookId, through, issuedFen, reversedFen, voidCount, _now());
    }

    /// @inheritdoc IReceiptLedger
    function verifyProof(Proof calldata proof) external view returns (bool holds, ProofFault fault) {
        fault = _faultOf(proof);
        holds = fault == ProofFault.None;
    }

    /// @inheritdoc IReceiptLedger
    function head() external view returns (uint64 batchCount, bytes32 headHash) {
        return (_batchCount, _batches[_batchCount].head);
    }

    /// @inheritdoc IReceiptLedger
    function batch(uint64 batchNo) public view returns (Batch memory) {
        return _batches[batchNo];
    }

    /// @inheritdoc IReceiptLedger
    function declared(uint32 bookId) external view returns (Declared memory) {
        DeclaredRecord storage record = _declared[bookId];
        return Declared(record.through, record.issuedFen, record.reversedFen, record.voidCount, record.time);
    }

    /// @dev Checks one segment, advances its book, and answers its hash. The book is read from storage for each
    /// segment and written before the next: a second segment of a book has to begin where the first one ended, and
    /// the same segment twice is refused. Numbers end at 10 digits, so no sum of a number and a count leaves its 40
    /// bits.
    function _anchorSegment(
        uint64 batchNo,
        Segment calldata segment,
        bytes32 domainSeparator
    ) private returns (bytes32) {
        (uint32 bookId, uint40 from, uint24 count) = (segment.bookId, segment.from, segment.count);
        bytes32 segmentRoot = segment.root;
        BookRecord storage record = _bookRecord(bookId);
        BookRecord memory book_ = record;
        UnitRecord storage unit_ = _unitOfBook(book_.unitId);

        if (count == 0) revert LedgerSegmentEmpty(bookId);
        if (from != book_.next) revert LedgerNumberNotNext(bookId, book_.next, from);
        uint40 through = from + count - 1;
        if (through > book_.last) revert LedgerBookExceeded(bookId, book_.last, through);
        // What a unit had given out before it was suspended is still anchored; what it may sign since is not.
        if (unit_.suspendedAt != 0 && !book_.closed) revert LedgerBookFrozen(bookId, book_.unitId);

        // Good once, as `from` only grows. Good here only, as the domain names chain and contract.
        _requireSigner(bookId, unit_.signer, domainSeparator, _hashSegment(segment), segment.signature);
        record.next = through + 1;
        emit SegmentAnchored(bookId, batchNo, from, count, segmentRoot);
        if (segment.reversals.length != 0) _reverseAll(segment, book_.code);
        return LedgerHash.segment(bookId, from, count, segmentRoot);
    }

    /// @dev One red-letter receipt reverses one original: without the order, one number could reverse many.
    function _reverseAll(Segment calldata segment, uint32 code) private {
        uint40 previous = 0;
        for (uint256 i = 0; i < segment.reversals.length; ++i) {
            Reversal calldata reversal = segment.reversals[i];
            uint40 by = reversal.by;
            if (by < segment.from || by >= segment.from + segment.count) {
                revert LedgerReversalOutside(segment.bookId, by, segment.from, segment.count);
            }
            if (by <= previous) revert LedgerReversalOrder(segment.bookId, previous, by);
            previous = by;
            _reverse(segment.bookId, code, reversal);
        }
    }

    function _requireSigner(
        uint32 bookId,
        address signer,
        bytes32 domainSeparator,
        bytes32 structHash,
        bytes calldata signature
    ) private pure {
        address recovered = _recover(domainSeparator, structHash, signature);
        if (recovered != signer) revert LedgerSignatureInvalid(bookId, signer, recovered);
    }

    function _hashSegment(Segment calldata segment) private pure returns (bytes32) {
        bytes32 reversalsHash = _hashReversals(segment.reversals);
        return
            keccak256(
                abi.encode(SEGMENT_TYPEHASH, segment.bookId, segment.from, segment.count, segment.root, reversalsHash)
            );
    }

    /// @dev EIP-712: an array is the hash over the hashes of its members.
    function _hashReversals(Reversal[] calldata reversals) private pure returns (bytes32) {
        if (reversals.length == 0) return NO_REVERSALS;
        bytes32[] memory hashes = new bytes32[](reversals.length);
        for (uint256 i = 0; i < reversals.length; ++i) {
            hashes[i] = keccak256(abi.encode(REVERSAL_TYPEHASH, reversals[i].leaf, reversals[i].by));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev The difference of two declarations must not tell single amounts, and voids carry none: 19 voids and one
    /// receipt would tell that receipt's amount.
    function _requireReceipts(uint32 bookId, uint40 newNumbers, uint40 voidCount, uint40 declaredCount) private view {
        if (voidCount < declaredCount || voidCount - declaredCount > newNumbers) {
            revert LedgerVoidCountInvalid(bookId, voidCount, declaredCount, newNumbers);
        }
        uint40 receipts = newNumbers - (voidCount - declaredCount);
        if (receipts < declareMinReceipts) {
            revert LedgerDeclarationTooSmall(bookId, receipts, declareMinReceipts);
        }
    }

    function _requireTotal(uint32 bookId, uint64 totalFen, uint64 declaredFen) private pure {
        if (totalFen < declaredFen || totalFen > MAX_FEN) {
            revert LedgerTotalInvalid(bookId, totalFen, declaredFen);
        }
    }

    function _faultOf(Proof calldata proof) private view returns (ProofFault) {
        if (proof.version != PROOF_VERSION) return ProofFault.Version;
        if (proof.chainId != block.chainid) return ProofFault.Chain;
        if (proof.ledger != address(this)) return ProofFault.Ledger;
        Batch memory batch_ = _batches[proof.batch];
        if (batch_.time == 0) return ProofFault.Batch;
        if (proof.segmentCount != batch_.segmentCount) return ProofFault.SegmentCount;
        // The header does not carry the code: without this a unit could put another code's receipt into its own book.
        if (proof.code != book(proof.bookId).code) return ProofFault.Code;
        if (proof.number < proof.from || proof.number - proof.from >= proof.count) return ProofFault.Number;
        return _walkProof(proof, batch_.root);
    }

    function _walkProof(Proof calldata proof, bytes32 batchRoot) private pure returns (ProofFault) {
        bytes32 node = LedgerHash.leaf(
            proof.code,
            proof.number,
            proof.dataDigest,
            proof.documentDigest,
            proof.issuedFen,
            proof.reversedFen
        );
        bool fits;
        (fits, node) = SegmentTree.walk(
            node,
            proof.number - proof.from,
            proof.count,
            proof.leafPath,
            SegmentTree.RECEIPT_NODE
        );
        if (!fits) return ProofFault.LeafPath;
        node = LedgerHash.segment(proof.bookId, proof.from, proof.count, node);
        (fits, node) = SegmentTree.walk(
            node,
            proof.segmentIndex,
            proof.segmentCount,
            proof.batchPath,
            SegmentTree.BATCH_NODE
        );
        if (!fits) return ProofFault.BatchPath;
        return node == batchRoot ? ProofFault.None : ProofFault.Root;
    }
}
