// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReceiptLedger} from "./interfaces/IReceiptLedger.sol";
import {LedgerAnchor} from "./ledger/LedgerAnchor.sol";
import {LedgerRegistry} from "./ledger/LedgerRegistry.sol";
import {LedgerStatus} from "./ledger/LedgerStatus.sol";

/// @title The public record of fiscal e-receipts.
/// @notice No proxy, and no role can change or remove what was anchored. A successor is a new contract that names
/// this one as its predecessor.
contract ReceiptLedger is LedgerAnchor {
    /// @inheritdoc IReceiptLedger
    address public immutable predecessor;

    /// @param bureau gets BUREAU_ROLE, and the admin role with which to name others
    /// @param anchorer gets ANCHORER_ROLE
    /// @param declareMinReceipts receipts that a declaration must add, from 1 (20 by default of docs/ledger.md)
    /// @param lockTtlSeconds how long a claimant's lock holds, from 1
    /// @param predecessor_ the ledger before this one, or zero
    constructor(
        address bureau,
        address anchorer,
        uint32 declareMinReceipts,
        uint32 lockTtlSeconds,
        address predecessor_
    ) LedgerRegistry(bureau, anchorer) LedgerStatus(lockTtlSeconds) LedgerAnchor(declareMinReceipts) {
        predecessor = predecessor_;
        emit LedgerOpened(predecessor_, declareMinReceipts, lockTtlSeconds);
    }

    /// @inheritdoc IReceiptLedger
    function evidence(
        uint64 batchNo,
        uint32 bookId,
        bytes32 rootDigest,
        bytes32 leaf
    ) external view returns (Evidence memory) {
        Book memory book_ = book(bookId);
        return Evidence(batch(batchNo), book_, unit(book_.unitId), root(rootDigest), status(leaf));
    }
}
