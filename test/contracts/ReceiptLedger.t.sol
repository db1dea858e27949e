// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../../contracts/interfaces/ILedgerErrors.sol";
import {IReceiptLedger} from "../../contracts/interfaces/IReceiptLedger.sol";
import {ReceiptLedger} from "../../contracts/ReceiptLedger.sol";
import {LedgerHandler} from "./LedgerHandler.sol";
import {vm} from "./Vm.sol";

/// What no sequence of acts may break.
contract ReceiptLedgerInvariants {
    LedgerHandler private handler;
    ReceiptLedger private ledger;

    function setUp() public {
        handler = new LedgerHandler();
        ledger = handler.ledger();
        handler.grant(0, 0, 0, 59);
        handler.grant(1, 0, 200, 59);
        handler.grant(2, 1, 0, 9);
        handler.anchor(0, 1, 8, 2, 1); // nine numbers of book 1, one of book 2: there is something to declare
        handler.declare(0, 2, 500, 90, false);
    }

    /// Only the handler is driven.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_booksAreContiguousAndInsideTheirRange() public view {
        require(!handler.misnumbered(), "a wrong number was anchored");
        require(!handler.raised(), "a book's end was raised");
        for (uint32 id = 1; id <= handler.bookCount(); ++id) {
            IReceiptLedger.Book memory book = ledger.book(id);
            require(book.first == handler.grantedFirst(id), "first moved");
            require(book.next == book.first + handler.anchoredCount(id), "a number was skipped or used twice");
            require(book.next <= uint256(book.last) + 1, "past the end");
            require(book.last == handler.lastSeen(id) && book.last <= handler.grantedLast(id), "the end moved");
        }
    }

    function invariant_rangesOfACodeAreDisjoint() public view {
        uint32 count = handler.bookCount();
        for (uint32 a = 1; a <= count; ++a) {
            for (uint32 b = a + 1; b <= count; ++b) {
                if (ledger.book(a).code != ledger.book(b).code) continue;
                bool apart =
                    handler.grantedLast(a) < handler.grantedFirst(b) ||
                        handler.grantedLast(b) < handler.grantedFirst(a);
                require(apart, "two books share a number");
            }
        }
    }

    function invariant_useStaysWithinTheCap() public view {
        for (uint256 i = 0; i < handler.LEAVES(); ++i) {
            bytes32 leaf = handler.leafOf(i);
            IReceiptLedger.Status memory s = ledger.status(leaf);
            require(s.usedFen + s.lockedFen <= s.capFen, "past the cap");
            require(s.usedFen + s.lockedFen != 0 || s.capFen == 0, "a cap without use");
            IReceiptLedger.Claim memory one = ledger.claimed(leaf, 1);
            IReceiptLedger.Claim memory two = ledger.claimed(leaf, 2);
            require(one.claimedFen + two.claimedFen == s.usedFen, "claims do not add up");
            require(one.lockedFen + two.lockedFen == s.lockedFen, "locks do not add up");
        }
    }

    function invariant_aReversedReceiptNeverGainsUse() public view {
        require(!handler.gainedUse(), "claimed after its reversal");
        for (uint256 i = 0; i < handler.LEAVES(); ++i) {
            bytes32 leaf = handler.leafOf(i);
            IReceiptLedger.Status memory s = ledger.status(leaf);
            if (s.reversed) require(s.usedFen <= handler.usedSinceReversal(leaf), "gained use");
            require(!(s.onPaper && (s.reversed || s.usedFen + s.lockedFen != 0)), "used on paper");
        }
    }

    function invariant_theHeadChainRecomputes() public view {
        (uint64 count, bytes32 head) = ledger.head();
        require(count == handler.batchCount() && head == handler.head(), "head");
        bytes32 chained = 0;
        for (uint64 n = 1; n <= count; ++n) {
            IReceiptLedger.Batch memory batch = ledger.batch(n);
            chained = sha256(abi.encodePacked(bytes1(0x06), chained, n, batch.root, batch.time));
            require(batch.head == chained, "chain");
        }
    }

    function invariant_totalsNeverShrink() public view {
        require(!handler.shrunk(), "shrunk");
        for (uint32 id = 1; id <= handler.bookCount(); ++id) {
            require(ledger.declared(id).through < ledger.book(id).next, "declared past what is anchored");
        }
    }

    /// The handler really does each thing: invariants over nothing but refusals would say nothing.
    function test_theHandlerGetsThrough() public {
        handler.anchor(0, 1, 4, 2, 1);
        handler.declare(0, 3, 5, 0, false);
        handler.claim(0, 0, 0, 5);
        handler.release(0, 0, 0, false);
        handler.lock(1, 0, 0, 5);
        handler.release(1, 0, 0, true);
        handler.setPaper(0, 1, true);
        handler.anchor(0, 0, 2, 2, 0);
        handler.close(1, 60);
        require(ledger.status(handler.leafOf(0)).reversed, "not reversed");
        require(ledger.status(handler.leafOf(1)).onPaper, "not on paper");
    }
}

/// Bounds over whole input spaces.
contract ReceiptLedgerFuzz {
    ReceiptLedger private ledger;
    address private constant CLAIMANT = address(0xC1);
    uint64 private constant MAX_FEN = 2 ** 53 - 1;

    function setUp() public {
        ledger = new ReceiptLedger(address(this), address(this), 20, 100, address(0));
        ledger.admitUnit("12440600000000001X", address(0xA1));
        ledger.admitClaimant("12440600000000001X", CLAIMANT);
    }

    function testFuzz_aRangeIsTakenIfItIsWellFormed(uint32 code, uint40 first, uint40 last) public {
        bool fine = code >= 1 && code <= 99_999_999 && first >= 1 && first <= last && last <= 9_999_999_999;
        if (!fine) {
            vm.expectRevert(abi.encodeWithSelector(ILedgerErrors.LedgerRangeMalformed.selector, code, first, last));
        }
        ledger.grantBook(1, code, first, last);
    }

    function testFuzz_aSecondRangeIsTakenIfItIsApart(uint40 first, uint40 last, uint40 other, uint40 otherLast) public {
        (first, other) = (1 + (first % 1000), 1 + (other % 1000));
        (last, otherLast) = (first + (last % 500), other + (otherLast % 500));
        ledger.grantBook(1, 7, first, last);
        bool apart = last < other || otherLast < first;
        if (!apart) {
            vm.expectRevert(abi.encodeWithSelector(ILedgerErrors.LedgerRangeOverlaps.selector, 1, first, last));
        }
        ledger.grantBook(1, 7, other, otherLast);
    }

    function testFuzz_aClosedBookNeverReturnsItsNumbers(uint40 last, uint40 first) public {
        ledger.grantBook(1, 7, 1, 1000);
        ledger.closeBook(1, last % 1001);
        first = 1 + (first % 1000);
        vm.expectRevert(abi.encodeWithSelector(ILedgerErrors.LedgerRangeOverlaps.selector, 1, 1, 1000));
        ledger.grantBook(1, 7, first, 1000);
    }

    function testFuzz_aClaimFitsUnderItsCap(bytes32 leaf, uint64 capFen, uint64 amountFen) public {
        vm.prank(CLAIMANT);
        if (capFen == 0 || capFen > MAX_FEN) {
            vm.expectRevert(abi.encodeWithSelector(ILedgerErrors.LedgerAmountOutOfRange.selector, capFen));
        } else if (amountFen == 0 || amountFen > MAX_FEN) {
            vm.expectRevert(abi.encodeWithSelector(ILedgerErrors.LedgerAmountOutOfRange.selector, amountFen));
        } else if (amountFen > capFen) {
            bytes4 selector = ILedgerErrors.LedgerCapExceeded.selector;
            vm.expectRevert(abi.encodeWithSelector(selector, leaf, capFen, uint64(0), amountFen));
        }
        ledger.claim(leaf, capFen, amountFen);
    }

    function testFuzz_onlyASignedSegmentIsAnchored(uint24 count, bytes32 root, bytes calldata signature) public {
        ledger.grantBook(1, 7, 1, 9_999_999_999);
        IReceiptLedger.Segment[] memory segments = new IReceiptLedger.Segment[](1);
        IReceiptLedger.Reversal[] memory none = new IReceiptLedger.Reversal[](0);
        segments[0] = IReceiptLedger.Segment(1, 1, count == 0 ? 1 : count, root, none, signature);
        vm.expectPartialRevert(ILedgerErrors.LedgerSignatureInvalid.selector);
        ledger.anchor(segments);
    }

    function testFuzz_strangersDoNothing(address who, uint32 id, bytes32 leaf, uint64 fen) public {
        vm.assume(who != address(this) && who != CLAIMANT);
        vm.prank(who);
        (bool granted, ) = address(ledger).call(abi.encodeCall(ledger.grantBook, (1, 7, 1, 9)));
        vm.prank(who);
        (bool admitted, ) = address(ledger).call(abi.encodeCall(ledger.admitUnit, ("12440600000000002X", who)));
        vm.prank(who);
        (bool claimed, ) = address(ledger).call(abi.encodeCall(ledger.claim, (leaf, fen, fen)));
        vm.prank(who);
        (bool closed, ) = address(ledger).call(abi.encodeCall(ledger.closeBook, (id, 1)));
        require(!granted && !admitted && !claimed && !closed, "a stranger got through");
    }
}
