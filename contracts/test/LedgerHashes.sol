// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LedgerHash} from "../lib/LedgerHash.sol";
import {SegmentTree} from "../lib/SegmentTree.sol";

/// @title The ledger's hashes and trees from outside, for tests.
contract LedgerHashes {
    function leaf(
        uint32 code,
        uint40 number,
        bytes32 dataDigest,
        bytes32 documentDigest,
        uint64 issuedFen,
        uint64 reversedFen
    ) external pure returns (bytes32) {
        return LedgerHash.leaf(code, number, dataDigest, documentDigest, issuedFen, reversedFen);
    }

    function segment(uint32 bookId, uint40 from, uint24 count, bytes32 root_) external pure returns (bytes32) {
        return LedgerHash.segment(bookId, from, count, root_);
    }

    function head(bytes32 previous, uint64 batchNo, bytes32 batchRoot, uint64 time) external pure returns (bytes32) {
        return LedgerHash.head(previous, batchNo, batchRoot, time);
    }

    function root(bytes32[] memory hashes, bytes1 prefix) external pure returns (bytes32) {
        return SegmentTree.root(hashes, prefix);
    }

    function walk(
        bytes32 leaf_,
        uint256 index,
        uint256 size,
        bytes32[] calldata path,
        bytes1 prefix
    ) external pure returns (bool fits, bytes32 result) {
        return SegmentTree.walk(leaf_, index, size, path, prefix);
    }
}
