// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the receipt ledger did.
/// @notice With OpenZeppelin's RoleGranted, RoleRevoked, Paused and Unpaused, these logs alone rebuild every value
/// that a view answers: what depends on time carries its time, in seconds. Each is emitted right after its change.
interface ILedgerEvents {
    /// @notice The ledger was opened, with what can never change.
    /// @param predecessor the ledger before, or zero
    /// @param declareMinReceipts receipts that a declaration must add
    /// @param lockTtlSeconds how long a lock holds
    event LedgerOpened(address indexed predecessor, uint32 declareMinReceipts, uint32 lockTtlSeconds);

    /// @notice The bureau admitted a unit.
    /// @param unitId from 1, in order
    /// @param creditCode its unified social credit code
    /// @param signer who signs for it
    /// @param time block time
    event UnitAdmitted(uint32 indexed unitId, bytes18 indexed creditCode, address signer, uint64 time);

    /// @notice The bureau suspended a unit; BookClosed follows for each book that it closed with it.
    /// @param unitId the unit
    /// @param time block time
    event UnitSuspended(uint32 indexed unitId, uint64 time);

    /// @notice The bureau let a suspended unit go on; its closed books stay closed.
    /// @param unitId the unit
    event UnitResumed(uint32 indexed unitId);

    /// @notice The bureau replaced a unit's key; what the old key signed and was anchored stands.
    /// @param unitId the unit
    /// @param signer the new signer
    event UnitRekeyed(uint32 indexed unitId, address signer);

    /// @notice The bureau added a root certificate's key.
    /// @param rootDigest SHA-256 of its SubjectPublicKeyInfo
    /// @param time block time
    event RootAdded(bytes32 indexed rootDigest, uint64 time);

    /// @notice The bureau revoked a root; what it vouched for before `from` goes on counting.
    /// @param rootDigest the root
    /// @param from seconds from which it no longer counts
    event RootRevoked(bytes32 indexed rootDigest, uint64 from);

    /// @notice The bureau admitted a claimant.
    /// @param claimantId from 1, in order
    /// @param creditCode its unified social credit code
    /// @param account who claims for it
    /// @param time block time
    event ClaimantAdmitted(uint32 indexed claimantId, bytes18 indexed creditCode, address account, uint64 time);

    /// @notice The bureau suspended a claimant.
    /// @param claimantId the claimant
    /// @param time block time
    event ClaimantSuspended(uint32 indexed claimantId, uint64 time);

    /// @notice The bureau let a suspended claimant go on.
    /// @param claimantId the claimant
    event ClaimantResumed(uint32 indexed claimantId);

    /// @notice The bureau replaced a claimant's account; its claims stay its own.
    /// @param claimantId the claimant
    /// @param account the new account
    event ClaimantRekeyed(uint32 indexed claimantId, address account);

    /// @notice The bureau granted a range of numbers to a unit.
    /// @param bookId from 1, in order
    /// @param unitId the unit
    /// @param code the receipt code
    /// @param first its first number
    /// @param last its last number
    event BookGranted(uint32 indexed bookId, uint32 indexed unitId, uint32 indexed code, uint40 first, uint40 last);

    /// @notice A book's end was lowered to `last`, or fixed there; the rest is never granted again.
    /// @param bookId the book
    /// @param last its last number from now on; first - 1 if nothing of it is used
    event BookClosed(uint32 indexed bookId, uint40 last);

    /// @notice A run of numbers of a book was anchored. A segment's index is its place among its batch's logs.
    /// @param bookId the book
    /// @param batchNo the batch
    /// @param from the first number
    /// @param count how many
    /// @param root the root over the receipts' leaves
    event SegmentAnchored(uint32 indexed bookId, uint64 indexed batchNo, uint40 from, uint24 count, bytes32 root);

    /// @notice A batch was anchored and extends the head.
    /// @param batchNo from 1, in order
    /// @param root the root over its segment hashes
    /// @param head the head that it makes
    /// @param time block time
    /// @param segmentCount how many segments
    event BatchAnchored(uint64 indexed batchNo, bytes32 root, bytes32 head, uint64 time, uint32 segmentCount);

    /// @notice A red-letter receipt reversed an original.
    /// @param leaf the original's leaf hash
    /// @param bookId the red-letter receipt's book
    /// @param by the red-letter receipt's number
    event ReceiptReversed(bytes32 indexed leaf, uint32 indexed bookId, uint40 by);

    /// @notice The original was in use when it was reversed: what is claimed is to be paid back.
    /// ReceiptClaimed and ReceiptLocked of this leaf say by whom.
    /// @param leaf the original's leaf hash
    /// @param bookId the red-letter receipt's book
    /// @param usedFen claimed, to be paid back and released
    /// @param lockedFen held by locks, which can no longer become claims
    event ReversedInUse(bytes32 indexed leaf, uint32 indexed bookId, uint64 usedFen, uint64 lockedFen);

    /// @notice A unit declared the cumulative totals of a book.
    /// @param bookId the book
    /// @param through the last number covered
    /// @param issuedFen issued so far
    /// @param reversedFen reversed so far
    /// @param voidCount voids so far
    /// @param time block time
    event TotalsDeclared(
        uint32 indexed bookId,
        uint40 through,
        uint64 issuedFen,
        uint64 reversedFen,
        uint40 voidCount,
        uint64 time
    );

    /// @notice A unit changed a receipt to paper, or took that back.
    /// @param leaf the receipt
    /// @param unitId the unit
    /// @param onPaper from now on
    /// @param nonce the unit's nonce that this used up
    event PaperChanged(bytes32 indexed leaf, uint32 indexed unitId, bool onPaper, uint64 nonce);

    /// @notice A claimant holds an amount of a receipt.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param capFen the receipt's amount
    /// @param amountFen the amount held
    /// @param lapsesAt seconds from which it no longer holds
    event ReceiptLocked(
        bytes32 indexed leaf,
        uint32 indexed claimantId,
        uint64 capFen,
        uint64 amountFen,
        uint64 lapsesAt
    );

    /// @notice A claimant reimbursed an amount of a receipt; a lock of its own on it is spent by that.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param capFen the receipt's amount
    /// @param amountFen the amount claimed
    event ReceiptClaimed(bytes32 indexed leaf, uint32 indexed claimantId, uint64 capFen, uint64 amountFen);

    /// @notice A claimant gave back an amount that it had claimed.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param amountFen the amount given back
    /// @param reason the claimant's reason code
    event ClaimReleased(bytes32 indexed leaf, uint32 indexed claimantId, uint64 amountFen, uint16 reason);

    /// @notice A claimant gave up its lock.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param amountFen the amount that it held
    /// @param reason the claimant's reason code
    event LockReleased(bytes32 indexed leaf, uint32 indexed claimantId, uint64 amountFen, uint16 reason);
}
