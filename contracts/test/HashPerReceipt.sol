// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The plain way that the gas report compares with: one transaction for each receipt, which stores one hash.
contract HashPerReceipt {
    mapping(bytes32 receiptHash => bool) private _known;

    event HashStored(bytes32 indexed receiptHash);

    /// @notice Stores one receipt's hash.
    /// @param receiptHash the hash
    function store(bytes32 receiptHash) external {
        _known[receiptHash] = true;
        emit HashStored(receiptHash);
    }

    /// @notice Whether a receipt's hash was stored.
    /// @param receiptHash the hash
    function isKnown(bytes32 receiptHash) external view returns (bool) {
        return _known[receiptHash];
    }
}
