// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReceiptLedger} from "../interfaces/IReceiptLedger.sol";
import {LedgerRegistry} from "./LedgerRegistry.sol";

/// @title Books: ranges of numbers, granted once and for all.
abstract contract LedgerBooks is LedgerRegistry {
    /// @dev One slot: anchoring reads and writes nothing else of a book.
    struct BookRecord {
        uint32 unitId;
        uint32 code;
        uint40 first;
        uint40 last;
        uint40 next;
        uint40 grantedLast; // `last` before any closing: what is never granted again
        bool closed;
    }

    uint32 internal constant MAX_CODE = 99_999_999; // 8 digits
    uint40 internal constant MAX_NUMBER = 9_999_999_999; // 10 digits

    mapping(uint32 bookId => BookRecord) private _books;
    /// @dev The books of a code from its highest range down: `_topBook` of the code, then `_bookBelow`.
    mapping(uint32 code => uint32 bookId) private _topBook;
    mapping(uint32 bookId => uint32 lowerBookId) private _bookBelow;
    uint32 private _bookCount;

    /// @inheritdoc IReceiptLedger
    function grantBook(
        uint32 unitId,
        uint32 code,
        uint40 first,
        uint40 last
    ) external onlyRole(BUREAU_ROLE) whenNotPaused returns (uint32 bookId) {
        uint48 suspendedAt = _unitRecord(unitId).suspendedAt;
        if (suspendedAt != 0) revert LedgerUnitIsSuspended(unitId, suspendedAt);
        // Numbers begin at 1, so that a book closed empty has a last number; they end where `next` still fits its
        // width.
        if (code == 0 || code > MAX_CODE || first == 0 || first > last || last > MAX_NUMBER) {
            revert LedgerRangeMalformed(code, first, last);
        }
        bookId = ++_bookCount;
        _insert(bookId, code, first, last);
        _books[bookId] = BookRecord(unitId, code, first, last, first, last, false);
        emit BookGranted(bookId, unitId, code, first, last);
    }

    /// @inheritdoc IReceiptLedger
    function closeBook(uint32 bookId, uint40 last) external onlyRole(BUREAU_ROLE) {
        _close(_bookRecord(bookId), bookId, last);
    }

    /// @inheritdoc IReceiptLedger
    /// @dev A book left out does not stay open: _anchorSegment refuses it. So the bureau can suspend at once, and
    /// say where books end when it knows.
    function suspendUnit(
        uint32 unitId,
        uint32[] calldata bookIds,
        uint40[] calldata lasts
    ) external onlyRole(BUREAU_ROLE) {
        if (bookIds.length != lasts.length) revert LedgerLengthsDiffer(bookIds.length, lasts.length);
        _suspend(unitId);
        for (uint256 i = 0; i < bookIds.length; ++i) {
            BookRecord storage record = _bookRecord(bookIds[i]);
            if (record.unitId != unitId) revert LedgerBookOfOther(bookIds[i], unitId);
            _close(record, bookIds[i], lasts[i]);
        }
    }

    /// @inheritdoc IReceiptLedger
    function book(uint32 bookId) public view returns (Book memory) {
        BookRecord storage record = _books[bookId];
        return Book(record.unitId, record.code, record.first, record.last, record.next);
    }

    /// @inheritdoc IReceiptLedger
    function isClosed(uint32 bookId) external view returns (bool) {
        return _books[bookId].closed;
    }

    /// @inheritdoc IReceiptLedger
    function counts() external view returns (uint32 unitCount, uint32 bookCount, uint32 claimantCount) {
        (unitCount, claimantCount) = _unitAndClaimantCounts();
        bookCount = _bookCount;
    }

    function _bookRecord(uint32 bookId) internal view returns (BookRecord storage record) {
        record = _books[bookId];
        if (record.unitId == 0) revert LedgerBookUnknown(bookId);
    }

    function _close(BookRecord storage record, uint32 bookId, uint40 last) private {
        (uint40 least, uint40 most) = (record.next - 1, record.last);
        // Below `least` it would disown anchored receipts; above `most` it would widen a grant past its neighbours.
        if (last < least || last > most) revert LedgerCloseOutside(bookId, last, least, most);
        record.last = last;
        record.closed = true;
        emit BookClosed(bookId, last);
    }

    /// @dev Puts a range into its code's list, highest first. Every book above starts past `last`; of those below,
    /// the nearest reaches highest, so it alone can overlap. Closed books keep the range that they were granted.
    function _insert(uint32 bookId, uint32 code, uint40 first, uint40 last) private {
        uint32 above = 0;
        uint32 below = _topBook[code];
        while (below != 0 && _books[below].first > last) (above, below) = (below, _bookBelow[below]);
        if (below != 0) {
            BookRecord storage neighbour = _books[below];
            if (neighbour.grantedLast >= first) {
                revert LedgerRangeOverlaps(below, neighbour.first, neighbour.grantedLast);
            }
            _bookBelow[bookId] = below;
        }
        if (above == 0) _topBook[code] = bookId;
        else _bookBelow[above] = bookId;
    }
}
