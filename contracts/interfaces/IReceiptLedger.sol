// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "./ILedgerErrors.sol";
import {ILedgerEvents} from "./ILedgerEvents.sol";

/// @title The public record of fiscal e-receipts: units, books, batches and statuses.
/// @notice Encodings and rules: docs/ledger.md. No personal data reaches this contract. Money is whole fen, at most
/// 2^53 - 1. Times are block times in seconds.
interface IReceiptLedger is ILedgerErrors, ILedgerEvents {
    /// @notice A unit that the bureau admitted. `signer` signs its segments, declarations and paper changes.
    struct Unit {
        bytes18 creditCode; // unified social credit code, ASCII
        address signer;
        uint64 admittedAt; // seconds; 0: unknown unit
        uint64 suspendedAt; // seconds; 0: not suspended
        uint64 nonce; // the next Paper nonce
    }

    /// @notice A range of numbers of one receipt code, granted to one unit. Ranges of one code never overlap.
    struct Book {
        uint32 unitId; // 0: unknown book
        uint32 code;
        uint40 first;
        uint40 last; // inclusive; first - 1 if closed empty
        uint40 next; // the next number to be anchored
    }

    /// @notice One anchored batch.
    struct Batch {
        bytes32 root;
        bytes32 head;
        uint64 time; // block.timestamp, seconds; 0: unknown batch
        uint32 segmentCount;
    }

    /// @notice A root certificate's key of the bureau, by the SHA-256 of its SubjectPublicKeyInfo.
    struct Root {
        uint64 addedAt; // seconds; 0: unknown root
        uint64 revokedFrom; // seconds from which it no longer counts; 0: not revoked
    }

    /// @notice An organisation that reimburses.
    struct Claimant {
        bytes18 creditCode;
        address account;
        uint64 admittedAt; // seconds; 0: unknown
        uint64 suspendedAt; // seconds; 0: not suspended
    }

    /// @notice What became of one receipt, by its leaf hash. All zero: nothing.
    struct Status {
        bool reversed;
        bool onPaper;
        uint32 reversedByCode; // the red-letter receipt
        uint40 reversedByNumber;
        uint64 capFen; // fixed by the first lock or claim; 0 again once nothing is claimed or held
        uint64 usedFen; // claimed
        uint64 lockedFen; // held by locks that have not lapsed
    }

    /// @notice One claimant's part in one receipt.
    struct Claim {
        uint64 claimedFen;
        uint64 lockedFen; // 0: no lock, or lapsed
        uint64 lapsesAt; // seconds from which the lock no longer holds; 0: no lock, or lapsed
    }

    /// @notice An original that a red-letter receipt of the same segment reverses.
    struct Reversal {
        bytes32 leaf; // the original's leaf hash
        uint40 by; // the red-letter receipt's number, inside the segment
    }

    /// @notice A run of consecutive numbers of one book, in order.
    struct Segment {
        uint32 bookId;
        uint40 from;
        uint24 count;
        bytes32 root;
        Reversal[] reversals; // in strictly ascending order of `by`
        bytes signature; // the unit's, EIP-712 Segment, 65 bytes r || s || v
    }

    /// @notice A unit's declared totals of a book, cumulative.
    struct Declared {
        uint40 through; // 0: none yet
        uint64 issuedFen;
        uint64 reversedFen;
        uint40 voidCount;
        uint64 time; // seconds; 0: none yet
    }

    /// @notice Everything that a verifier reads, at one block, in one call.
    struct Evidence {
        Batch batch;
        Book book;
        Unit unit;
        Root root;
        Status status;
    }

    /// @notice A proof in full; the fields of docs/ledger.md "Proof", in their order.
    struct Proof {
        uint8 version; // 1
        uint64 chainId;
        address ledger; // the field `contract`
        uint64 batch;
        uint32 code;
        uint40 number;
        bytes32 dataDigest;
        bytes32 documentDigest;
        uint64 issuedFen;
        uint64 reversedFen;
        uint32 bookId; // header: bookId, from, count
        uint40 from;
        uint24 count;
        bytes32[] leafPath; // bottom up
        uint16 segmentIndex;
        uint16 segmentCount;
        bytes32[] batchPath; // bottom up
    }

    /// @notice Why a proof does not lead to the batch on chain; the first that applies.
    enum ProofFault {
        None, // it does
        Version, // not version 1
        Chain, // of another chain
        Ledger, // of another contract
        Batch, // no such batch
        SegmentCount, // the batch has another number of segments
        Code, // the book is of another receipt code, or unknown
        Number, // outside the segment
        LeafPath, // of the wrong length
        BatchPath, // of the wrong length, or the index is past the segments
        Root // the paths lead to another root
    }

    // ---- what the anchorer does

    /// @notice Appends one batch. Emits SegmentAnchored for each segment and BatchAnchored; reverts whole if anything
    /// is wrong. Segments of one book may follow each other. Only ANCHORER_ROLE, not while paused.
    /// @dev Refusals of a segment: see ILedgerErrors, "segments"; each names the book first. LedgerBatchSize.
    /// @param segments 1 to 4,096, in the order of the batch's tree
    /// @return batchNo the number of the batch, from 1
    function anchor(Segment[] calldata segments) external returns (uint64 batchNo);

    // ---- what units sign; whoever submits it

    /// @notice Declares the cumulative totals of a book through an anchored number. Not while paused.
    /// @dev LedgerBookUnknown, LedgerDeclarationOutside, LedgerVoidCountInvalid, LedgerDeclarationTooSmall,
    /// LedgerTotalInvalid, LedgerSignatureInvalid. A book's tail of fewer receipts than the least can't be declared
    /// alone: the declaration before has to leave enough, or cover it.
    /// @param bookId the book
    /// @param through the last number covered: anchored, and past the last declaration's
    /// @param issuedFen issued from the book's first number on
    /// @param reversedFen reversed from the book's first number on
    /// @param voidCount numbers from the book's first on that are void
    /// @param signature the unit's, EIP-712 Declaration, 65 bytes
    function declare(
        uint32 bookId,
        uint40 through,
        uint64 issuedFen,
        uint64 reversedFen,
        uint40 voidCount,
        bytes calldata signature
    ) external;

    /// @notice Marks a receipt as changed to paper, or takes that back once the paper is void. Not while paused.
    /// @dev LedgerUnitUnknown, LedgerPaperSignatureInvalid, LedgerPaperUnchanged, LedgerReceiptReversed,
    /// LedgerReceiptInUse.
    /// @param unitId the unit
    /// @param leaf the receipt
    /// @param onPaper as it shall be
    /// @param signature the unit's, EIP-712 Paper with its current nonce, 65 bytes
    function setPaper(uint32 unitId, bytes32 leaf, bool onPaper, bytes calldata signature) external;

    // ---- what claimants do; not while paused, not while suspended

    /// @notice Holds an amount of a receipt for the caller until it claims, releases, or LOCK_TTL has passed.
    /// @dev LedgerClaimantUnknown, LedgerClaimantIsSuspended, LedgerAmountOutOfRange, LedgerReceiptReversed,
    /// LedgerReceiptOnPaper, LedgerCapDiffers, LedgerLockHeld, LedgerLocksFull, LedgerCapExceeded.
    /// @param leaf the receipt, which the caller has verified with its proof
    /// @param capFen the receipt's amount
    /// @param amountFen the amount to hold
    function lock(bytes32 leaf, uint64 capFen, uint64 amountFen) external;

    /// @notice Records that the caller reimburses an amount. A lock of the caller on the receipt is spent by it,
    /// whatever the amount: what it held beyond is free again.
    /// @dev As `lock` without LedgerLockHeld and LedgerLocksFull.
    /// @param leaf the receipt, which the caller has verified with its proof
    /// @param capFen the receipt's amount
    /// @param amountFen the amount reimbursed
    function claim(bytes32 leaf, uint64 capFen, uint64 amountFen) external;

    /// @notice Gives back an amount that the caller has claimed; also of a receipt that was reversed since.
    /// @dev LedgerClaimantUnknown, LedgerClaimantIsSuspended, LedgerAmountOutOfRange, LedgerReleaseExceeded,
    /// LedgerReasonZero.
    /// @param leaf the receipt
    /// @param amountFen the amount
    /// @param reason the claimant's reason code, from 1
    function release(bytes32 leaf, uint64 amountFen, uint16 reason) external;

    /// @notice Gives up the caller's lock.
    /// @dev LedgerClaimantUnknown, LedgerClaimantIsSuspended, LedgerLockNone, LedgerReasonZero.
    /// @param leaf the receipt
    /// @param reason the claimant's reason code, from 1
    function releaseLock(bytes32 leaf, uint16 reason) external;

    // ---- what the bureau does: only BUREAU_ROLE

    /// @notice Admits a unit, one per credit code. Not while paused.
    /// @dev LedgerCreditCodeMalformed, LedgerCreditCodeTaken, LedgerAddressZero.
    /// @param creditCode its unified social credit code, 18 ASCII characters of 0-9 and A-Z
    /// @param signer who signs for it
    /// @return unitId from 1, in order
    function admitUnit(bytes18 creditCode, address signer) external returns (uint32 unitId);

    /// @notice Suspends a unit: bars new grants and closes the books given, each after the last number given out.
    /// Books of it that are not given are frozen until closeBook names their end or the unit is resumed.
    /// @dev LedgerUnitUnknown, LedgerUnitIsSuspended, LedgerLengthsDiffer, LedgerBookUnknown, LedgerBookOfOther,
    /// LedgerCloseOutside.
    /// @param unitId the unit
    /// @param bookIds books of it, may be empty
    /// @param lasts the new end of each
    function suspendUnit(uint32 unitId, uint32[] calldata bookIds, uint40[] calldata lasts) external;

    /// @notice Lets a suspended unit go on; books that were closed stay closed. Not while paused.
    /// @dev LedgerUnitUnknown, LedgerUnitNotSuspended.
    /// @param unitId the unit
    function resumeUnit(uint32 unitId) external;

    /// @notice Replaces a unit's key. Segments that the old key signed and that are not anchored have to be signed
    /// anew.
    /// @dev LedgerUnitUnknown, LedgerAddressZero.
    /// @param unitId the unit
    /// @param signer the new signer
    function rekeyUnit(uint32 unitId, address signer) external;

    /// @notice Adds a root certificate's key. Not while paused. It is never removed.
    /// @dev LedgerRootZero, LedgerRootKnown.
    /// @param rootDigest SHA-256 of its SubjectPublicKeyInfo
    function addRoot(bytes32 rootDigest) external;

    /// @notice Says from when a root no longer counts; said again, only an earlier time is taken.
    /// @dev LedgerRootUnknown, LedgerRevocationOutside.
    /// @param rootDigest the root
    /// @param from seconds, from its addition on; may lie ahead
    function revokeRoot(bytes32 rootDigest, uint64 from) external;

    /// @notice Admits a claimant, one per credit code. Not while paused.
    /// @dev LedgerCreditCodeMalformed, LedgerCreditCodeTaken, LedgerAddressZero, LedgerAccountTaken.
    /// @param creditCode its unified social credit code, 18 ASCII characters of 0-9 and A-Z
    /// @param account who claims for it
    /// @return claimantId from 1, in order
    function admitClaimant(bytes18 creditCode, address account) external returns (uint32 claimantId);

    /// @notice Suspends a claimant: it neither locks, claims nor releases.
    /// @dev LedgerClaimantIdUnknown, LedgerClaimantIsSuspended.
    /// @param claimantId the claimant
    function suspendClaimant(uint32 claimantId) external;

    /// @notice Lets a suspended claimant go on. Not while paused.
    /// @dev LedgerClaimantIdUnknown, LedgerClaimantNotSuspended.
    /// @param claimantId the claimant
    function resumeClaimant(uint32 claimantId) external;

    /// @notice Replaces a claimant's account; its claims and locks stay its own. The old account is never used again.
    /// @dev LedgerClaimantIdUnknown, LedgerAddressZero, LedgerAccountTaken.
    /// @param claimantId the claimant
    /// @param account the new account
    function rekeyClaimant(uint32 claimantId, address account) external;

    /// @notice Grants a range of numbers to a unit. Not while paused.
    /// @dev LedgerUnitUnknown, LedgerUnitIsSuspended, LedgerRangeMalformed, LedgerRangeOverlaps. Costs the same
    /// however many books a code has, if ranges ascend; a range below costs a step for each book above it.
    /// @param unitId the unit
    /// @param code the receipt code, 1 to 99,999,999
    /// @param first the first number, from 1
    /// @param last the last number, to 9,999,999,999
    /// @return bookId from 1, in order
    function grantBook(uint32 unitId, uint32 code, uint40 first, uint40 last) external returns (uint32 bookId);

    /// @notice Ends a book at a number not yet anchored or the last anchored one: the rest is returned (退票) and never
    /// granted again.
    /// @dev LedgerBookUnknown, LedgerCloseOutside.
    /// @param bookId the book
    /// @param last its last number from now on
    function closeBook(uint32 bookId, uint40 last) external;

    /// @notice Stops everything that adds a fact or takes one back, until the bureau has mended what is wrong. Views,
    /// suspending, closing, revoking and re-keying go on.
    function pause() external;

    /// @notice Lets the ledger go on. Nothing is lost by the pause: what waited is anchored in its order.
    function unpause() external;

    // ---- reading; a record that does not exist is all zero

    /// @notice All records that concern one receipt.
    /// @param batchNo the proof's batch
    /// @param bookId the proof's book
    /// @param rootDigest SHA-256 of the root certificate's SubjectPublicKeyInfo
    /// @param leaf the receipt's leaf hash
    /// @return the batch, the book, its unit, the root and the receipt's status
    function evidence(
        uint64 batchNo,
        uint32 bookId,
        bytes32 rootDigest,
        bytes32 leaf
    ) external view returns (Evidence memory);

    /// @notice Whether a proof leads to its batch on this chain. Says nothing of the receipt's status, the document's
    /// signature or its data: core's verify does.
    /// @param proof the proof in full
    /// @return holds whether it leads there
    /// @return fault why not; None if it holds
    function verifyProof(Proof calldata proof) external view returns (bool holds, ProofFault fault);

    /// @notice The newest batch.
    /// @return batchCount its number; 0: none yet
    /// @return headHash its head; 0: none yet
    function head() external view returns (uint64 batchCount, bytes32 headHash);

    /// @notice One batch.
    /// @param batchNo its number, from 1
    function batch(uint64 batchNo) external view returns (Batch memory);

    /// @notice One book.
    /// @param bookId its id, from 1
    function book(uint32 bookId) external view returns (Book memory);

    /// @notice Whether a book was closed: its end is final unless it is lowered again.
    /// @param bookId its id
    function isClosed(uint32 bookId) external view returns (bool);

    /// @notice One unit.
    /// @param unitId its id, from 1
    function unit(uint32 unitId) external view returns (Unit memory);

    /// @notice A unit by its credit code.
    /// @param creditCode its unified social credit code
    /// @return its id; 0: none
    function unitOf(bytes18 creditCode) external view returns (uint32);

    /// @notice One root.
    /// @param rootDigest SHA-256 of its SubjectPublicKeyInfo
    function root(bytes32 rootDigest) external view returns (Root memory);

    /// @notice One claimant.
    /// @param claimantId its id, from 1
    function claimant(uint32 claimantId) external view returns (Claimant memory);

    /// @notice A claimant by its account, now or before a change of keys.
    /// @param account the account
    /// @return its id; 0: none
    function claimantOf(address account) external view returns (uint32);

    /// @notice A receipt's status.
    /// @param leaf its leaf hash
    function status(bytes32 leaf) external view returns (Status memory);

    /// @notice One claimant's part in a receipt.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    function claimed(bytes32 leaf, uint32 claimantId) external view returns (Claim memory);

    /// @notice A book's declared totals.
    /// @param bookId the book
    function declared(uint32 bookId) external view returns (Declared memory);

    /// @notice How many units, books and claimants there are: their ids run from 1 to these.
    function counts() external view returns (uint32 unitCount, uint32 bookCount, uint32 claimantCount);

    /// @notice The ledger before this one, or zero.
    function predecessor() external view returns (address);

    /// @notice Receipts that a declaration must add.
    function declareMinReceipts() external view returns (uint32);

    /// @notice Seconds for which a lock holds.
    function lockTtlSeconds() external view returns (uint32);
}
