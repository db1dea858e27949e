// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IReceiptLedger} from "../interfaces/IReceiptLedger.sol";
import {LedgerBooks} from "./LedgerBooks.sol";

/// @title What became of a receipt, by its leaf hash: reversed, on paper, locked, claimed.
/// @dev Nothing here calls out of the contract (ecrecover and SHA-256 are precompiles), so nothing can re-enter it.
abstract contract LedgerStatus is LedgerBooks, EIP712 {
    /// @dev One slot. `capFen` counts only while something is claimed or held.
    struct StatusRecord {
        bool reversed;
        bool onPaper;
        uint32 reversedByCode;
        uint40 reversedByNumber;
        uint64 capFen;
        uint64 usedFen;
    }

    struct LockRecord {
        uint32 claimantId;
        uint64 amountFen;
        uint48 lapsesAt;
    }

    bytes32 private constant PAPER_TYPEHASH = keccak256("Paper(uint32 unitId,bytes32 leaf,bool onPaper,uint64 nonce)");
    uint64 internal constant MAX_FEN = 2 ** 53 - 1;
    /// @dev Bounds the loop over a receipt's locks; lapsed ones make room.
    uint256 internal constant MAX_LOCKS = 8;
    uint256 private constant NO_LOCK = type(uint256).max;

    /// @inheritdoc IReceiptLedger
    uint32 public immutable lockTtlSeconds;

    mapping(bytes32 leaf => StatusRecord) private _statuses;
    mapping(bytes32 leaf => LockRecord[]) private _locks;
    mapping(bytes32 leaf => mapping(uint32 claimantId => uint64 claimedFen)) private _claimedFen;

    /// @dev The domain binds every signature to this chain and this contract: none can be replayed on a successor.
    constructor(uint32 lockTtlSeconds_) EIP712("Lianpiao", "1") {
        if (lockTtlSeconds_ == 0) revert LedgerArgumentZero("lockTtlSeconds");
        lockTtlSeconds = lockTtlSeconds_;
    }

    /// @inheritdoc IReceiptLedger
    function setPaper(uint32 unitId, bytes32 leaf, bool onPaper, bytes calldata signature) external whenNotPaused {
        UnitRecord storage unit_ = _unitRecord(unitId);
        // The nonce makes each signature good once: an old "on paper" cannot be sent again after it was taken back.
        uint64 nonce = unit_.nonce++;
        bytes32 hash = keccak256(abi.encode(PAPER_TYPEHASH, unitId, leaf, onPaper, nonce));
        address recovered = _recover(_domainSeparatorV4(), hash, signature);
        if (recovered != unit_.signer) revert LedgerPaperSignatureInvalid(unitId, unit_.signer, recovered);

        StatusRecord storage record = _statuses[leaf];
        if (record.onPaper == onPaper) revert LedgerPaperUnchanged(leaf, onPaper);
        if (record.reversed) revert LedgerReceiptReversed(leaf);
        uint64 lockedFen = _lockedFen(leaf);
        if (record.usedFen != 0 || lockedFen != 0) revert LedgerReceiptInUse(leaf, record.usedFen, lockedFen);
        record.onPaper = onPaper;
        emit PaperChanged(leaf, unitId, onPaper, nonce);
    }

    /// @inheritdoc IReceiptLedger
    function lock(bytes32 leaf, uint64 capFen, uint64 amountFen) external whenNotPaused {
        uint32 claimantId = _requireClaimant();
        (uint64 othersFen, uint64 ownFen, uint256 ownIndex) = _sweepLocks(leaf, claimantId);
        StatusRecord storage record = _requireUsable(leaf, capFen, amountFen, othersFen + ownFen);
        LockRecord[] storage locks = _locks[leaf];
        // A lock can't be stretched: whoever wants to hold longer lets go first, and others get their turn.
        if (ownIndex != NO_LOCK) revert LedgerLockHeld(leaf, claimantId, locks[ownIndex].lapsesAt);
        if (locks.length == MAX_LOCKS) revert LedgerLocksFull(leaf, MAX_LOCKS);
        _requireRoom(leaf, capFen, record.usedFen + othersFen, amountFen);
        record.capFen = capFen;
        uint48 lapsesAt = _now() + lockTtlSeconds;
        locks.push(LockRecord(claimantId, amountFen, lapsesAt));
        emit ReceiptLocked(leaf, claimantId, capFen, amountFen, lapsesAt);
    }

    /// @inheritdoc IReceiptLedger
    function claim(bytes32 leaf, uint64 capFen, uint64 amountFen) external whenNotPaused {
        uint32 claimantId = _requireClaimant();
        (uint64 othersFen, uint64 ownFen, uint256 ownIndex) = _sweepLocks(leaf, claimantId);
        StatusRecord storage record = _requireUsable(leaf, capFen, amountFen, othersFen + ownFen);
        if (ownIndex != NO_LOCK) _removeLock(_locks[leaf], ownIndex);
        _requireRoom(leaf, capFen, record.usedFen + othersFen, amountFen);
        record.capFen = capFen;
        record.usedFen += amountFen;
        _claimedFen[leaf][claimantId] += amountFen;
        emit ReceiptClaimed(leaf, claimantId, capFen, amountFen);
    }

    /// @inheritdoc IReceiptLedger
    /// @dev One's own only. Of a reversed receipt too: that is how what was paid back leaves the books.
    function release(bytes32 leaf, uint64 amountFen, uint16 reason) external whenNotPaused {
        uint32 claimantId = _requireClaimant();
        if (reason == 0) revert LedgerReasonZero();
        _requireAmount(amountFen);
        uint64 claimedFen = _claimedFen[leaf][claimantId];
        if (amountFen > claimedFen) revert LedgerReleaseExceeded(leaf, claimantId, claimedFen, amountFen);
        _claimedFen[leaf][claimantId] = claimedFen - amountFen;
        _statuses[leaf].usedFen -= amountFen;
        emit ClaimReleased(leaf, claimantId, amountFen, reason);
    }

    /// @inheritdoc IReceiptLedger
    function releaseLock(bytes32 leaf, uint16 reason) external whenNotPaused {
        uint32 claimantId = _requireClaimant();
        if (reason == 0) revert LedgerReasonZero();
        (, uint64 ownFen, uint256 ownIndex) = _sweepLocks(leaf, claimantId);
        if (ownIndex == NO_LOCK) revert LedgerLockNone(leaf, claimantId);
        _removeLock(_locks[leaf], ownIndex);
        emit LockReleased(leaf, claimantId, ownFen, reason);
    }

    /// @inheritdoc IReceiptLedger
    function status(bytes32 leaf) public view returns (Status memory) {
        StatusRecord storage record = _statuses[leaf];
        uint64 lockedFen = _lockedFen(leaf);
        return
            Status({
                reversed: record.reversed,
                onPaper: record.onPaper,
                reversedByCode: record.reversedByCode,
                reversedByNumber: record.reversedByNumber,
                capFen: record.usedFen == 0 && lockedFen == 0 ? 0 : record.capFen,
                usedFen: record.usedFen,
                lockedFen: lockedFen
            });
    }

    /// @inheritdoc IReceiptLedger
    function claimed(bytes32 leaf, uint32 claimantId) external view returns (Claim memory result) {
        result.claimedFen = _claimedFen[leaf][claimantId];
        LockRecord[] storage locks = _locks[leaf];
        for (uint256 i = 0; i < locks.length; ++i) {
            LockRecord memory held = locks[i];
            if (held.claimantId == claimantId && held.lapsesAt > block.timestamp) {
                (result.lockedFen, result.lapsesAt) = (held.amountFen, held.lapsesAt);
            }
        }
    }

    /// @dev Reverses an original, in the name of a segment whose signature was checked. What a claimant does never
    /// holds up a batch: a receipt in use is reversed all the same, and gains no use afterwards.
    function _reverse(uint32 bookId, uint32 code, Reversal calldata reversal) internal {
        bytes32 leaf = reversal.leaf;
        StatusRecord storage record = _statuses[leaf];
        if (record.reversed) revert LedgerOriginalReversed(bookId, leaf);
        if (record.onPaper) revert LedgerOriginalOnPaper(bookId, leaf);
        record.reversed = true;
        record.reversedByCode = code;
        record.reversedByNumber = reversal.by;
        emit ReceiptReversed(leaf, bookId, reversal.by);
        uint64 lockedFen = _lockedFen(leaf);
        if (record.usedFen != 0 || lockedFen != 0) emit ReversedInUse(leaf, bookId, record.usedFen, lockedFen);
    }

    /// @dev Who signed, or zero. OpenZeppelin refuses an s in the upper half, a v other than 27 and 28, any length
    /// but 65: each signature has one form (malleability). Zero is nobody's signer: admitUnit and rekeyUnit refuse
    /// it.
    function _recover(
        bytes32 domainSeparator,
        bytes32 structHash,
        bytes calldata signature
    ) internal pure returns (address recovered) {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator, structHash);
        (recovered, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    /// @dev The receipt's record, if the receipt may be used under this cap.
    function _requireUsable(
        bytes32 leaf,
        uint64 capFen,
        uint64 amountFen,
        uint64 lockedFen
    ) private view returns (StatusRecord storage record) {
        _requireAmount(capFen);
        _requireAmount(amountFen);
        record = _statuses[leaf];
        if (record.reversed) revert LedgerReceiptReversed(leaf);
        if (record.onPaper) revert LedgerReceiptOnPaper(leaf);
        bool inUse = record.usedFen != 0 || lockedFen != 0;
        if (inUse && capFen != record.capFen) revert LedgerCapDiffers(leaf, record.capFen, capFen);
    }

    /// @dev At most 2^53 - 1 each, so that no sum of them can overflow 64 bits.
    function _requireAmount(uint64 amountFen) private pure {
        if (amountFen == 0 || amountFen > MAX_FEN) revert LedgerAmountOutOfRange(amountFen);
    }

    function _requireRoom(bytes32 leaf, uint64 capFen, uint64 takenFen, uint64 amountFen) private pure {
        if (takenFen + amountFen > capFen) revert LedgerCapExceeded(leaf, capFen, takenFen, amountFen);
    }

    /// @dev What is held by locks that have not lapsed.
    function _lockedFen(bytes32 leaf) private view returns (uint64 lockedFen) {
        LockRecord[] storage locks = _locks[leaf];
        for (uint256 i = 0; i < locks.length; ++i) {
            LockRecord memory held = locks[i];
            if (held.lapsesAt > block.timestamp) lockedFen += held.amountFen;
        }
    }

    /// @dev Removes lapsed locks, and tells what others hold and what the claimant holds, and where.
    function _sweepLocks(
        bytes32 leaf,
        uint32 claimantId
    ) private returns (uint64 othersFen, uint64 ownFen, uint256 ownIndex) {
        LockRecord[] storage locks = _locks[leaf];
        ownIndex = NO_LOCK;
        // From the end: what is moved into a freed place has been looked at, and is none of one's own lower places.
        for (uint256 i = locks.length; i > 0; --i) {
            LockRecord memory held = locks[i - 1];
            if (held.lapsesAt <= block.timestamp) {
                if (ownIndex == locks.length - 1) ownIndex = i - 1;
                _removeLock(locks, i - 1);
            } else if (held.claimantId == claimantId) {
                (ownFen, ownIndex) = (held.amountFen, i - 1);
            } else {
                othersFen += held.amountFen;
            }
        }
    }

    function _removeLock(LockRecord[] storage locks, uint256 index) private {
        uint256 lastIndex = locks.length - 1;
        if (index != lastIndex) locks[index] = locks[lastIndex];
        locks.pop();
    }
}
