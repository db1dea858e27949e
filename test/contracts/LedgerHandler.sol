// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReceiptLedger} from "../../contracts/interfaces/IReceiptLedger.sol";
import {ReceiptLedger} from "../../contracts/ReceiptLedger.sol";
import {vm} from "./Vm.sol";

/// @title What the invariant runs may do to a ledger: as bureau, anchorer, three units and two claimants at once.
/// @dev Inputs are folded into a small world, so that they meet; what the ledger refuses it may refuse.
contract LedgerHandler {
    bytes32 private constant SEGMENT = keccak256(
        "Segment(uint32 bookId,uint40 from,uint24 count,bytes32 root,Reversal[] reversals)"
        "Reversal(bytes32 leaf,uint40 by)"
    );
    bytes32 private constant REVERSAL = keccak256("Reversal(bytes32 leaf,uint40 by)");
    bytes32 private constant DECLARATION = keccak256(
        "Declaration(uint32 bookId,uint40 through,uint64 issuedFen,uint64 reversedFen,uint40 voidCount)"
    );
    bytes32 private constant PAPER = keccak256("Paper(uint32 unitId,bytes32 leaf,bool onPaper,uint64 nonce)");
    uint32 public constant UNITS = 3;
    uint256 public constant LEAVES = 4;

    ReceiptLedger public immutable ledger;
    address[2] public claimants = [address(0xC1), address(0xC2)];

    mapping(uint32 bookId => uint40) public grantedFirst;
    mapping(uint32 bookId => uint40) public grantedLast;
    mapping(uint32 bookId => uint40) public lastSeen;
    mapping(uint32 bookId => uint256) public anchoredCount;
    mapping(bytes32 leaf => uint64) public usedSinceReversal;
    bytes32 public head;
    uint64 public batchCount;
    bool public shrunk;
    bool public gainedUse;
    bool public raised; // flags, as a revert in here would pass for a refusal
    bool public misnumbered;

    constructor() {
        ledger = new ReceiptLedger(address(this), address(this), 2, 100, address(0));
        for (uint32 i = 1; i <= UNITS; ++i) ledger.admitUnit(creditCode(i), vm.addr(keyOf(i)));
        for (uint256 i = 0; i < 2; ++i) ledger.admitClaimant(creditCode(i + 1), claimants[i]);
    }

    function grant(uint32 unitSeed, uint32 codeSeed, uint40 first, uint40 size) external {
        first = 1 + (first % 400);
        uint40 last = first + (size % 60);
        uint32 bookId = ledger.grantBook(1 + (unitSeed % UNITS), 1 + (codeSeed % 2), first, last);
        (grantedFirst[bookId], grantedLast[bookId], lastSeen[bookId]) = (first, last, last);
    }

    function close(uint32 bookSeed, uint40 last) external {
        uint32 bookId = pick(bookSeed);
        last = grantedFirst[bookId] - 1 + (last % (grantedLast[bookId] - grantedFirst[bookId] + 3));
        ledger.closeBook(bookId, last);
        raised = raised || last > lastSeen[bookId];
        lastSeen[bookId] = last;
    }

    function suspend(uint32 unitSeed, bool resume) external {
        uint32 unitId = 1 + (unitSeed % UNITS);
        if (resume) ledger.resumeUnit(unitId);
        else ledger.suspendUnit(unitId, new uint32[](0), new uint40[](0));
    }

    /// Two segments, of one book or of two, the first with a reversal now and then, sometimes at a wrong number.
    function anchor(uint32 bookSeed, uint32 otherSeed, uint24 count, uint8 skew, uint256 leafSeed) external {
        IReceiptLedger.Segment[] memory segments = new IReceiptLedger.Segment[](2);
        (uint32 bookId, uint32 otherId) = (pick(bookSeed), pick(otherSeed));
        count = 1 + (count % 9);
        uint40 next = ledger.book(bookId).next;
        segments[0] = signed(bookId, skew % 8 == 0 ? next + 1 : next, count, leafSeed);
        uint40 otherNext = otherId == bookId ? next + count : ledger.book(otherId).next;
        segments[1] = signed(otherId, skew % 8 == 1 ? otherNext - 1 : otherNext, 1, type(uint256).max);
        uint64 usedBefore = segments[0].reversals.length == 0 ? 0 : usedOf(segments[0].reversals[0].leaf);

        ledger.anchor(segments);
        misnumbered = misnumbered || skew % 8 < 2;
        anchoredCount[bookId] += count;
        anchoredCount[otherId] += 1;
        if (segments[0].reversals.length != 0) usedSinceReversal[segments[0].reversals[0].leaf] = usedBefore;
        extendHead(segments);
    }

    function declare(uint32 bookSeed, uint40 step, uint64 issued, uint64 reversedFen, bool shrink) external {
        uint32 bookId = pick(bookSeed);
        IReceiptLedger.Declared memory before = ledger.declared(bookId);
        uint40 base = before.time == 0 ? grantedFirst[bookId] - 1 : before.through;
        uint40 through = base + 1 + (step % 4);
        issued = shrink && before.issuedFen > 0 ? before.issuedFen - 1 : before.issuedFen + (issued % 1000);
        reversedFen = before.reversedFen + (reversedFen % 1000);
        bytes32 hash = keccak256(abi.encode(DECLARATION, bookId, through, issued, reversedFen, before.voidCount));
        bytes memory signature = signatureOf(ledger.book(bookId).unitId, hash);
        ledger.declare(bookId, through, issued, reversedFen, before.voidCount, signature);
        IReceiptLedger.Declared memory then_ = ledger.declared(bookId);
        shrunk = shrunk || then_.issuedFen < before.issuedFen || then_.reversedFen < before.reversedFen;
        shrunk = shrunk || then_.through <= before.through || then_.voidCount < before.voidCount;
    }

    function setPaper(uint32 unitSeed, uint256 leafSeed, bool onPaper) external {
        uint32 unitId = 1 + (unitSeed % UNITS);
        bytes32 leaf = leafOf(leafSeed);
        bytes32 hash = keccak256(abi.encode(PAPER, unitId, leaf, onPaper, ledger.unit(unitId).nonce));
        ledger.setPaper(unitId, leaf, onPaper, signatureOf(unitId, hash));
    }

    function lock(uint8 who, uint256 leafSeed, uint64 capFen, uint64 amountFen) external {
        vm.prank(claimants[who % 2]);
        ledger.lock(leafOf(leafSeed), 90 + (capFen % 2), 1 + (amountFen % 70));
    }

    function claim(uint8 who, uint256 leafSeed, uint64 capFen, uint64 amountFen) external {
        bytes32 leaf = leafOf(leafSeed);
        bool wasReversed = ledger.status(leaf).reversed;
        vm.prank(claimants[who % 2]);
        ledger.claim(leaf, 90 + (capFen % 2), 1 + (amountFen % 70));
        gainedUse = gainedUse || wasReversed;
    }

    function release(uint8 who, uint256 leafSeed, uint64 amountFen, bool ofLock) external {
        bytes32 leaf = leafOf(leafSeed);
        uint64 claimedFen = ledger.claimed(leaf, 1 + (who % 2)).claimedFen;
        vm.prank(claimants[who % 2]);
        if (ofLock) ledger.releaseLock(leaf, 1);
        else ledger.release(leaf, 1 + (amountFen % (claimedFen + 1)), 1);
    }

    function wait_(uint8 secondsLater) external {
        vm.warp(block.timestamp + secondsLater);
    }

    function leafOf(uint256 seed) public pure returns (bytes32) {
        return keccak256(abi.encode("leaf", seed % LEAVES));
    }

    function bookCount() public view returns (uint32 count) {
        (, count, ) = ledger.counts();
    }

    function extendHead(IReceiptLedger.Segment[] memory segments) private {
        bytes32 batchRoot = sha256(abi.encodePacked(bytes1(0x05), hashOf(segments[0]), hashOf(segments[1])));
        ++batchCount;
        head = sha256(abi.encodePacked(bytes1(0x06), head, batchCount, batchRoot, uint64(block.timestamp)));
    }

    /// The last `leafSeed` stands for no reversal; so do odd ones.
    function signed(
        uint32 bookId,
        uint40 from,
        uint24 count,
        uint256 leafSeed
    ) private view returns (IReceiptLedger.Segment memory segment) {
        IReceiptLedger.Reversal[] memory reversals = new IReceiptLedger.Reversal[](leafSeed % 4 == 0 ? 1 : 0);
        bytes memory hashes = "";
        if (reversals.length != 0) {
            reversals[0] = IReceiptLedger.Reversal(leafOf(leafSeed / 4), from + count - 1);
            hashes = abi.encode(keccak256(abi.encode(REVERSAL, reversals[0].leaf, reversals[0].by)));
        }
        bytes32 root = keccak256(abi.encode(bookId, from, count));
        bytes32 hash = keccak256(abi.encode(SEGMENT, bookId, from, count, root, keccak256(hashes)));
        bytes memory signature = signatureOf(ledger.book(bookId).unitId, hash);
        return IReceiptLedger.Segment(bookId, from, count, root, reversals, signature);
    }

    function signatureOf(uint32 unitId, bytes32 structHash) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Lianpiao"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            keyOf(unitId),
            keccak256(abi.encodePacked(hex"1901", domain, structHash))
        );
        return abi.encodePacked(r, s, v);
    }

    function usedOf(bytes32 leaf) private view returns (uint64) {
        return ledger.status(leaf).usedFen;
    }

    function pick(uint32 seed) private view returns (uint32) {
        uint32 count = bookCount();
        vm.assume(count != 0);
        return 1 + (seed % count);
    }

    function hashOf(IReceiptLedger.Segment memory s) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x02), s.bookId, s.from, s.count, s.root));
    }

    function keyOf(uint32 unitId) private pure returns (uint256) {
        return 1000 + unitId;
    }

    function creditCode(uint256 i) private pure returns (bytes18) {
        return bytes18(abi.encodePacked("1244060000000000", bytes1(uint8(48 + i)), "X"));
    }
}
