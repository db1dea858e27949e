// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Trees of the shape of RFC 6962 over hashes, with SHA-256.
/// @notice A tree splits at the largest power of two below its size. Pairing each level from the left and lifting an
/// odd last node unchanged gives the same tree, without recursion.
library SegmentTree {
    /// @dev Inner nodes of a receipt tree and of a batch's tree differ, and both from every leaf (0x00, 0x02, 0x0A):
    /// no inner node can be passed off as a leaf, nor a segment's root as a batch's.
    bytes1 internal constant RECEIPT_NODE = 0x01;
    bytes1 internal constant BATCH_NODE = 0x05;

    /// @notice The root over hashes, which it overwrites.
    /// @param hashes at least one
    /// @param prefix the first byte of an inner node
    /// @return the root; for a single hash that hash
    function root(bytes32[] memory hashes, bytes1 prefix) internal pure returns (bytes32) {
        uint256 size = hashes.length;
        while (size > 1) {
            uint256 pairs = size / 2;
            for (uint256 i = 0; i < pairs; ++i) hashes[i] = node(prefix, hashes[2 * i], hashes[2 * i + 1]);
            if (size % 2 == 1) hashes[pairs] = hashes[size - 1];
            size = pairs + (size % 2);
        }
        return hashes[0];
    }

    /// @notice Where a path leads (RFC 9162 2.1.3.2). Index and size fix its length and each turn, so that it proves
    /// the place of the leaf, too, and an inner node at the end of a shortened path is refused.
    /// @param leaf the hash at the bottom
    /// @param index its place, from 0
    /// @param size how many leaves the tree has
    /// @param path siblings, bottom up
    /// @param prefix the first byte of an inner node
    /// @return fits whether the index lies in the tree and the path has the length for it
    /// @return result the root that it leads to, if it fits
    function walk(
        bytes32 leaf,
        uint256 index,
        uint256 size,
        bytes32[] calldata path,
        bytes1 prefix
    ) internal pure returns (bool fits, bytes32 result) {
        if (index >= size) return (false, 0);
        uint256 last = size - 1;
        result = leaf;
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return (false, 0);
            if (index % 2 == 1 || index == last) {
                result = node(prefix, path[i], result);
                while (index % 2 == 0 && index != 0) (index, last) = (index / 2, last / 2);
            } else {
                result = node(prefix, result, path[i]);
            }
            (index, last) = (index / 2, last / 2);
        }
        return (last == 0, result);
    }

    /// @notice An inner node.
    /// @param prefix its first byte
    /// @param left the left child
    /// @param right the right child
    function node(bytes1 prefix, bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(prefix, left, right));
    }
}
