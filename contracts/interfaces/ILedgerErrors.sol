// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Refusals of the receipt ledger.
/// @notice Whatever one segment of a batch can be refused for names its book FIRST: the anchorer decodes the first
/// word of the arguments as a bookId, sets that book's segment aside and sends the others again.
/// Roles and pausing refuse with OpenZeppelin's own errors: AccessControlUnauthorizedAccount, EnforcedPause,
/// ExpectedPause.
interface ILedgerErrors {
    // ---- deployment

    /// @notice A constructor argument is zero where it may not be.
    /// @param argument its name
    error LedgerArgumentZero(string argument);

    // ---- units and claimants

    /// @notice A credit code is 18 characters of 0-9 and A-Z.
    /// @param creditCode the code given
    error LedgerCreditCodeMalformed(bytes18 creditCode);

    /// @notice The credit code was admitted before.
    /// @param creditCode the code given
    /// @param id the unit or claimant that has it
    error LedgerCreditCodeTaken(bytes18 creditCode, uint32 id);

    /// @notice A unit's signer or a claimant's account may not be the zero address: ecrecover answers zero for
    /// garbage.
    error LedgerAddressZero();

    /// @notice No unit has this id.
    /// @param unitId the id given
    error LedgerUnitUnknown(uint32 unitId);

    /// @notice The unit is suspended: it gets no books and is not suspended twice.
    /// @param unitId the unit
    /// @param suspendedAt since when, in seconds
    error LedgerUnitIsSuspended(uint32 unitId, uint64 suspendedAt);

    /// @notice The unit is not suspended, so there is nothing to resume.
    /// @param unitId the unit
    error LedgerUnitNotSuspended(uint32 unitId);

    /// @notice The lists of books and of last numbers differ in length.
    /// @param bookCount books given
    /// @param lastCount last numbers given
    error LedgerLengthsDiffer(uint256 bookCount, uint256 lastCount);

    /// @notice The caller is no claimant.
    /// @param account the caller
    error LedgerClaimantUnknown(address account);

    /// @notice No claimant has this id.
    /// @param claimantId the id given
    error LedgerClaimantIdUnknown(uint32 claimantId);

    /// @notice The account already belongs to a claimant, now or before a change of keys.
    /// @param account the account given
    /// @param claimantId whose it is
    error LedgerAccountTaken(address account, uint32 claimantId);

    /// @notice The claimant is suspended.
    /// @param claimantId the claimant
    /// @param suspendedAt since when, in seconds
    error LedgerClaimantIsSuspended(uint32 claimantId, uint64 suspendedAt);

    /// @notice The claimant is not suspended, so there is nothing to resume.
    /// @param claimantId the claimant
    error LedgerClaimantNotSuspended(uint32 claimantId);

    // ---- roots

    /// @notice The zero digest is no root.
    error LedgerRootZero();

    /// @notice The root was added before; a root is added once.
    /// @param rootDigest SHA-256 of its SubjectPublicKeyInfo
    /// @param addedAt when, in seconds
    error LedgerRootKnown(bytes32 rootDigest, uint64 addedAt);

    /// @notice The root was never added.
    /// @param rootDigest the digest given
    error LedgerRootUnknown(bytes32 rootDigest);

    /// @notice A root counts from its addition until it is revoked, and a revocation moves only to an earlier time.
    /// @param rootDigest the root
    /// @param from the time given, in seconds
    /// @param earliest the first time allowed: when the root was added
    /// @param latest the last time allowed: one second before the revocation that stands, or the largest time
    error LedgerRevocationOutside(bytes32 rootDigest, uint64 from, uint64 earliest, uint64 latest);

    // ---- books

    /// @notice A book's code has at most 8 digits and is not 0; its numbers run from 1 to 9,999,999,999, first <=
    /// last.
    /// @param code the code given
    /// @param first the first number given
    /// @param last the last number given
    error LedgerRangeMalformed(uint32 code, uint40 first, uint40 last);

    /// @notice The range meets one that was granted before, whoever holds it and whether or not it was closed.
    /// @param bookId the book in the way
    /// @param first its first number
    /// @param last its last number as granted
    error LedgerRangeOverlaps(uint32 bookId, uint40 first, uint40 last);

    /// @notice The book belongs to another unit.
    /// @param bookId the book
    /// @param unitId the unit given
    error LedgerBookOfOther(uint32 bookId, uint32 unitId);

    /// @notice A book is closed at its last anchored number or at a later one inside its range.
    /// @param bookId the book
    /// @param last the number given
    /// @param least the last anchored number, or the one before the first
    /// @param most the book's last number
    error LedgerCloseOutside(uint32 bookId, uint40 last, uint40 least, uint40 most);

    // ---- segments: the bookId comes first in each

    /// @notice No book has this id.
    /// @param bookId the id given
    error LedgerBookUnknown(uint32 bookId);

    /// @notice A segment covers at least one number.
    /// @param bookId the segment's book
    error LedgerSegmentEmpty(uint32 bookId);

    /// @notice The segment does not begin at the book's next number: anchored before, or a number left out.
    /// @param bookId the segment's book
    /// @param next the number expected
    /// @param from the number given
    error LedgerNumberNotNext(uint32 bookId, uint40 next, uint40 from);

    /// @notice The segment runs past the end of its book.
    /// @param bookId the segment's book
    /// @param last the book's last number
    /// @param through the segment's last number
    error LedgerBookExceeded(uint32 bookId, uint40 last, uint40 through);

    /// @notice The unit is suspended and the bureau has not said yet where this book ends (closeBook does).
    /// @param bookId the segment's book
    /// @param unitId its unit
    error LedgerBookFrozen(uint32 bookId, uint32 unitId);

    /// @notice A segment or declaration is not signed by the book's unit.
    /// @param bookId the book
    /// @param signer the unit's signer
    /// @param recovered who signed; zero if the signature is malformed or its s lies in the upper half
    error LedgerSignatureInvalid(uint32 bookId, address signer, address recovered);

    /// @notice The red-letter receipt lies outside its segment.
    /// @param bookId the segment's book
    /// @param by the number given
    /// @param from the segment's first number
    /// @param count the segment's count
    error LedgerReversalOutside(uint32 bookId, uint40 by, uint40 from, uint24 count);

    /// @notice Reversals come in strictly ascending order of `by`: one red-letter receipt reverses one original.
    /// @param bookId the segment's book
    /// @param previous the number before
    /// @param by the number given
    error LedgerReversalOrder(uint32 bookId, uint40 previous, uint40 by);

    /// @notice The original is reversed already.
    /// @param bookId the segment's book
    /// @param leaf the original's leaf hash
    error LedgerOriginalReversed(uint32 bookId, bytes32 leaf);

    /// @notice The original was changed to paper, which has to be taken back first.
    /// @param bookId the segment's book
    /// @param leaf the original's leaf hash
    error LedgerOriginalOnPaper(uint32 bookId, bytes32 leaf);

    /// @notice A batch has 1 to 4,096 segments: a proof has room for 12 siblings.
    /// @param segmentCount segments given
    /// @param most segments allowed
    error LedgerBatchSize(uint256 segmentCount, uint256 most);

    // ---- declarations: the bookId comes first in each

    /// @notice A declaration covers more than the last, and only numbers that are anchored.
    /// @param bookId the book
    /// @param through the number given
    /// @param declaredThrough the last declaration's number, or the one before the book's first
    /// @param anchoredThrough the last anchored number
    error LedgerDeclarationOutside(uint32 bookId, uint40 through, uint40 declaredThrough, uint40 anchoredThrough);

    /// @notice Cumulative totals never shrink and stay within 2^53 - 1 fen.
    /// @param bookId the book
    /// @param totalFen the total given
    /// @param declaredFen the same total as it stands
    error LedgerTotalInvalid(uint32 bookId, uint64 totalFen, uint64 declaredFen);

    /// @notice The count of voids shrinks, or grows by more than the numbers newly covered.
    /// @param bookId the book
    /// @param voidCount the count given
    /// @param declaredCount the count as it stands
    /// @param newNumbers numbers newly covered
    error LedgerVoidCountInvalid(uint32 bookId, uint40 voidCount, uint40 declaredCount, uint40 newNumbers);

    /// @notice The declaration adds so few receipts that single amounts could be told.
    /// @param bookId the book
    /// @param receipts receipts newly covered, without voids
    /// @param least receipts that a declaration must add
    error LedgerDeclarationTooSmall(uint32 bookId, uint40 receipts, uint32 least);

    // ---- status

    /// @notice A change to paper is not signed by the unit with its current nonce.
    /// @param unitId the unit
    /// @param signer the unit's signer
    /// @param recovered who signed; zero if the signature is malformed
    error LedgerPaperSignatureInvalid(uint32 unitId, address signer, address recovered);

    /// @notice The receipt is on paper already, or is not on paper.
    /// @param leaf the receipt
    /// @param onPaper as it stands
    error LedgerPaperUnchanged(bytes32 leaf, bool onPaper);

    /// @notice The receipt is reversed.
    /// @param leaf the receipt
    error LedgerReceiptReversed(bytes32 leaf);

    /// @notice The receipt was changed to paper.
    /// @param leaf the receipt
    error LedgerReceiptOnPaper(bytes32 leaf);

    /// @notice The receipt is claimed or locked.
    /// @param leaf the receipt
    /// @param usedFen claimed
    /// @param lockedFen held by locks
    error LedgerReceiptInUse(bytes32 leaf, uint64 usedFen, uint64 lockedFen);

    /// @notice An amount or cap is 1 to 2^53 - 1 fen.
    /// @param amountFen the amount given
    error LedgerAmountOutOfRange(uint64 amountFen);

    /// @notice A receipt in use has one cap; the claimant gives another.
    /// @param leaf the receipt
    /// @param capFen the cap as it stands
    /// @param givenFen the cap given
    error LedgerCapDiffers(bytes32 leaf, uint64 capFen, uint64 givenFen);

    /// @notice The amount does not fit under the cap.
    /// @param leaf the receipt
    /// @param capFen the cap
    /// @param takenFen claimed, and locked by others
    /// @param amountFen the amount given
    error LedgerCapExceeded(bytes32 leaf, uint64 capFen, uint64 takenFen, uint64 amountFen);

    /// @notice The claimant holds a lock on the receipt already.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param lapsesAt when the lock lapses, in seconds
    error LedgerLockHeld(bytes32 leaf, uint32 claimantId, uint64 lapsesAt);

    /// @notice The claimant holds no lock on the receipt, or it has lapsed.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    error LedgerLockNone(bytes32 leaf, uint32 claimantId);

    /// @notice Too many organisations hold locks on the receipt at once.
    /// @param leaf the receipt
    /// @param most locks allowed
    error LedgerLocksFull(bytes32 leaf, uint256 most);

    /// @notice The claimant gives back more than it has claimed.
    /// @param leaf the receipt
    /// @param claimantId the claimant
    /// @param claimedFen what it has claimed
    /// @param amountFen the amount given
    error LedgerReleaseExceeded(bytes32 leaf, uint32 claimantId, uint64 claimedFen, uint64 amountFen);

    /// @notice A release says why: reason codes begin at 1.
    error LedgerReasonZero();
}
