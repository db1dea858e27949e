// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LedgerHashes} from "../../contracts/test/LedgerHashes.sol";
import {vm} from "./Vm.sol";

/// The loop over levels against RFC 6962's own recursion, and paths against their forgeries.
contract SegmentTreeTest {
    LedgerHashes private lib;

    function setUp() public {
        lib = new LedgerHashes();
    }

    function testFuzz_rootIsThatOfTheRecursion(uint256 seed, uint8 size, bytes1 prefix) public view {
        vm.assume(size > 0);
        bytes32[] memory hashes = leavesOf(seed, size);
        require(lib.root(hashes, prefix) == rootOf(hashes, 0, size, prefix), "root");
    }

    function testFuzz_everyPathLeadsToTheRoot(uint256 seed, uint8 size, uint8 index, bytes1 prefix) public view {
        vm.assume(size > 0);
        uint256 place = index % size;
        bytes32[] memory hashes = leavesOf(seed, size);
        bytes32[] memory path = pathOf(hashes, place, prefix);
        (bool fits, bytes32 result) = lib.walk(hashes[place], place, size, path, prefix);
        require(fits && result == rootOf(hashes, 0, size, prefix), "path");
    }

    function testFuzz_noOtherPlaceHasTheSamePath(uint256 seed, uint8 size, uint8 index, uint8 other) public view {
        vm.assume(size > 1);
        uint256 place = index % size;
        uint256 wrong = other % size;
        vm.assume(wrong != place);
        bytes32[] memory hashes = leavesOf(seed, size);
        (bool fits, bytes32 result) = lib.walk(hashes[place], wrong, size, pathOf(hashes, place, 0x01), 0x01);
        require(!fits || result != rootOf(hashes, 0, size, 0x01), "another place");
    }

    function testFuzz_noFlippedBitLeadsToTheRoot(uint256 seed, uint8 size, uint8 index, uint256 flip) public view {
        vm.assume(size > 1);
        uint256 place = index % size;
        bytes32[] memory hashes = leavesOf(seed, size);
        bytes32[] memory path = pathOf(hashes, place, 0x05);
        bytes32 bit = bytes32(1 << (flip % 256));
        uint256 where = (flip >> 8) % (path.length + 1);
        bytes32 leaf = where == path.length ? hashes[place] ^ bit : hashes[place];
        if (where < path.length) path[where] ^= bit;
        (, bytes32 result) = lib.walk(leaf, place, size, path, 0x05);
        require(result != rootOf(hashes, 0, size, 0x05), "a flipped bit");
    }

    function testFuzz_noOtherLengthFits(uint256 seed, uint8 size, uint8 index, bytes32 extra) public view {
        vm.assume(size > 0);
        uint256 place = index % size;
        bytes32[] memory path = pathOf(leavesOf(seed, size), place, 0x01);
        bytes32[] memory longer = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; ++i) longer[i] = path[i];
        longer[path.length] = extra;
        (bool fits, ) = lib.walk(bytes32(seed), place, size, longer, 0x01);
        require(!fits, "longer");
        if (path.length == 0) return;
        bytes32[] memory shorter = new bytes32[](path.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = path[i];
        (fits, ) = lib.walk(bytes32(seed), place, size, shorter, 0x01);
        require(!fits, "shorter");
    }

    function testFuzz_noIndexPastTheTreeFits(bytes32 leaf, uint256 index, uint256 size) public view {
        vm.assume(index >= size);
        (bool fits, ) = lib.walk(leaf, index, size, new bytes32[](0), 0x01);
        require(!fits, "past the tree");
    }

    function leavesOf(uint256 seed, uint256 size) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) hashes[i] = keccak256(abi.encode(seed, i));
    }

    /// RFC 6962 2.1, over hashes[from, to).
    function rootOf(bytes32[] memory hashes, uint256 from, uint256 to, bytes1 prefix) private pure returns (bytes32) {
        if (to - from == 1) return hashes[from];
        uint256 middle = from + splitOf(to - from);
        bytes32 left = rootOf(hashes, from, middle, prefix);
        return sha256(abi.encodePacked(prefix, left, rootOf(hashes, middle, to, prefix)));
    }

    /// RFC 6962 2.1.1, bottom up.
    function pathOf(
        bytes32[] memory hashes,
        uint256 index,
        bytes1 prefix
    ) private pure returns (bytes32[] memory path) {
        bytes32[] memory topDown = new bytes32[](16);
        (uint256 from, uint256 to, uint256 depth) = (0, hashes.length, 0);
        while (to - from > 1) {
            uint256 middle = from + splitOf(to - from);
            if (index < middle) {
                topDown[depth++] = rootOf(hashes, middle, to, prefix);
                to = middle;
            } else {
                topDown[depth++] = rootOf(hashes, from, middle, prefix);
                from = middle;
            }
        }
        path = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) path[i] = topDown[depth - 1 - i];
    }

    function splitOf(uint256 size) private pure returns (uint256 split) {
        split = 1;
        while (split * 2 < size) split *= 2;
    }
}
