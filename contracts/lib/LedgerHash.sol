// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The ledger's hashes, as docs/ledger.md writes them: SHA-256, big-endian, fixed widths.
/// @dev Fixed widths leave abi.encodePacked no second reading.
library LedgerHash {
    /// @notice A receipt's leaf.
    function leaf(
        uint32 code,
        uint40 number,
        bytes32 dataDigest,
        bytes32 documentDigest,
        uint64 issuedFen,
        uint64 reversedFen
    ) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), code, number, dataDigest, documentDigest, issuedFen, reversedFen));
    }

    /// @notice A segment's hash: the leaf of the batch's tree.
    function segment(uint32 bookId, uint40 from, uint24 count, bytes32 root) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x02), bookId, from, count, root));
    }

    /// @notice The head that batch `batchNo` makes.
    function head(bytes32 previous, uint64 batchNo, bytes32 batchRoot, uint64 time) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x06), previous, batchNo, batchRoot, time));
    }
}
