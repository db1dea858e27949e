// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IReceiptLedger} from "../interfaces/IReceiptLedger.sol";

/// @title Who may do what: roles, pause, units, claimants, roots.
/// @dev The admin names bureaus and anchorers and can do nothing else; it should be a key that is kept cold.
abstract contract LedgerRegistry is IReceiptLedger, AccessControl, Pausable {
    /// @dev One slot with all that anchoring reads, and one beside it.
    struct UnitRecord {
        address signer;
        uint48 admittedAt;
        uint48 suspendedAt;
        bytes18 creditCode;
        uint64 nonce;
    }

    struct ClaimantRecord {
        address account;
        uint48 admittedAt;
        uint48 suspendedAt;
        bytes18 creditCode;
    }

    bytes32 public constant BUREAU_ROLE = keccak256("BUREAU_ROLE");
    bytes32 public constant ANCHORER_ROLE = keccak256("ANCHORER_ROLE");

    mapping(uint32 unitId => UnitRecord) private _units;
    mapping(bytes18 creditCode => uint32 unitId) private _unitIds;
    mapping(uint32 claimantId => ClaimantRecord) private _claimants;
    mapping(bytes18 creditCode => uint32 claimantId) private _claimantIds;
    mapping(address account => uint32 claimantId) private _claimantAccounts;
    mapping(bytes32 rootDigest => Root) private _roots;
    uint32 private _unitCount;
    uint32 private _claimantCount;

    constructor(address bureau, address anchorer) {
        if (bureau == address(0)) revert LedgerArgumentZero("bureau");
        if (anchorer == address(0)) revert LedgerArgumentZero("anchorer");
        _grantRole(DEFAULT_ADMIN_ROLE, bureau);
        _grantRole(BUREAU_ROLE, bureau);
        _grantRole(ANCHORER_ROLE, anchorer);
    }

    /// @inheritdoc IReceiptLedger
    /// @dev Stopped: anchoring (a stolen key store must not add receipts that nothing can remove), declaring, paper,
    /// claims, and releases (a stolen claimant's key must not free what was reimbursed), admissions, grants and
    /// resumptions. Going on: all views, since a verifier must get the truth at any time, and every act that contains
    /// damage or lets the pause end: suspend, close, revoke, re-key, roles.
    /// Nothing decays meanwhile but locks, which only free an amount that was never claimed.
    function pause() external onlyRole(BUREAU_ROLE) {
        _pause();
    }

    /// @inheritdoc IReceiptLedger
    function unpause() external onlyRole(BUREAU_ROLE) {
        _unpause();
    }

    /// @inheritdoc IReceiptLedger
    function admitUnit(
        bytes18 creditCode,
        address signer
    ) external onlyRole(BUREAU_ROLE) whenNotPaused returns (uint32 unitId) {
        _requireCreditCode(creditCode, _unitIds[creditCode]);
        // ecrecover answers zero for garbage: with a zero signer, anyone could sign.
        if (signer == address(0)) revert LedgerAddressZero();
        unitId = ++_unitCount;
        _unitIds[creditCode] = unitId;
        _units[unitId] = UnitRecord(signer, _now(), 0, creditCode, 0);
        emit UnitAdmitted(unitId, creditCode, signer, _now());
    }

    /// @inheritdoc IReceiptLedger
    function resumeUnit(uint32 unitId) external onlyRole(BUREAU_ROLE) whenNotPaused {
        UnitRecord storage record = _unitRecord(unitId);
        if (record.suspendedAt == 0) revert LedgerUnitNotSuspended(unitId);
        record.suspendedAt = 0;
        emit UnitResumed(unitId);
    }

    /// @inheritdoc IReceiptLedger
    function rekeyUnit(uint32 unitId, address signer) external onlyRole(BUREAU_ROLE) {
        UnitRecord storage record = _unitRecord(unitId);
        if (signer == address(0)) revert LedgerAddressZero();
        // The nonce goes on: an old Paper signature stays spent even if an old key comes back.
        record.signer = signer;
        emit UnitRekeyed(unitId, signer);
    }

    /// @inheritdoc IReceiptLedger
    function addRoot(bytes32 rootDigest) external onlyRole(BUREAU_ROLE) whenNotPaused {
        if (rootDigest == 0) revert LedgerRootZero();
        Root storage record = _roots[rootDigest];
        if (record.addedAt != 0) revert LedgerRootKnown(rootDigest, record.addedAt);
        record.addedAt = _now();
        emit RootAdded(rootDigest, _now());
    }

    /// @inheritdoc IReceiptLedger
    /// @dev Only ever earlier: nobody can make a revoked root count for a day longer.
    function revokeRoot(bytes32 rootDigest, uint64 from) external onlyRole(BUREAU_ROLE) {
        Root storage record = _roots[rootDigest];
        uint64 earliest = record.addedAt;
        if (earliest == 0) revert LedgerRootUnknown(rootDigest);
        uint64 latest = record.revokedFrom == 0 ? type(uint64).max : record.revokedFrom - 1;
        if (from < earliest || from > latest) revert LedgerRevocationOutside(rootDigest, from, earliest, latest);
        record.revokedFrom = from;
        emit RootRevoked(rootDigest, from);
    }

    /// @inheritdoc IReceiptLedger
    function admitClaimant(
        bytes18 creditCode,
        address account
    ) external onlyRole(BUREAU_ROLE) whenNotPaused returns (uint32 claimantId) {
        _requireCreditCode(creditCode, _claimantIds[creditCode]);
        claimantId = ++_claimantCount;
        _bindAccount(claimantId, account);
        _claimantIds[creditCode] = claimantId;
        _claimants[claimantId] = ClaimantRecord(account, _now(), 0, creditCode);
        emit ClaimantAdmitted(claimantId, creditCode, account, _now());
    }

    /// @inheritdoc IReceiptLedger
    function suspendClaimant(uint32 claimantId) external onlyRole(BUREAU_ROLE) {
        ClaimantRecord storage record = _claimantRecord(claimantId);
        if (record.suspendedAt != 0) revert LedgerClaimantIsSuspended(claimantId, record.suspendedAt);
        record.suspendedAt = _now();
        emit ClaimantSuspended(claimantId, _now());
    }

    /// @inheritdoc IReceiptLedger
    function resumeClaimant(uint32 claimantId) external onlyRole(BUREAU_ROLE) whenNotPaused {
        ClaimantRecord storage record = _claimantRecord(claimantId);
        if (record.suspendedAt == 0) revert LedgerClaimantNotSuspended(claimantId);
        record.suspendedAt = 0;
        emit ClaimantResumed(claimantId);
    }

    /// @inheritdoc IReceiptLedger
    function rekeyClaimant(uint32 claimantId, address account) external onlyRole(BUREAU_ROLE) {
        ClaimantRecord storage record = _claimantRecord(claimantId);
        _bindAccount(claimantId, account);
        record.account = account;
        emit ClaimantRekeyed(claimantId, account);
    }

    /// @inheritdoc IReceiptLedger
    function unit(uint32 unitId) public view returns (Unit memory) {
        UnitRecord storage record = _units[unitId];
        return Unit(record.creditCode, record.signer, record.admittedAt, record.suspendedAt, record.nonce);
    }

    /// @inheritdoc IReceiptLedger
    function unitOf(bytes18 creditCode) external view returns (uint32) {
        return _unitIds[creditCode];
    }

    /// @inheritdoc IReceiptLedger
    function root(bytes32 rootDigest) public view returns (Root memory) {
        return _roots[rootDigest];
    }

    /// @inheritdoc IReceiptLedger
    function claimant(uint32 claimantId) external view returns (Claimant memory) {
        ClaimantRecord storage record = _claimants[claimantId];
        return Claimant(record.creditCode, record.account, record.admittedAt, record.suspendedAt);
    }

    /// @inheritdoc IReceiptLedger
    function claimantOf(address account) external view returns (uint32) {
        return _claimantAccounts[account];
    }

    function _suspend(uint32 unitId) internal {
        UnitRecord storage record = _unitRecord(unitId);
        if (record.suspendedAt != 0) revert LedgerUnitIsSuspended(unitId, record.suspendedAt);
        record.suspendedAt = _now();
        emit UnitSuspended(unitId, _now());
    }

    function _unitRecord(uint32 unitId) internal view returns (UnitRecord storage record) {
        record = _units[unitId];
        if (record.signer == address(0)) revert LedgerUnitUnknown(unitId);
    }

    /// @dev The unit of a book that exists, which exists too: nothing is checked, as anchoring calls it for each
    /// segment.
    function _unitOfBook(uint32 unitId) internal view returns (UnitRecord storage) {
        return _units[unitId];
    }

    /// @dev The caller's claimant. Its old accounts lead to it too and are refused here.
    function _requireClaimant() internal view returns (uint32 claimantId) {
        claimantId = _claimantAccounts[msg.sender];
        ClaimantRecord storage record = _claimants[claimantId];
        // An account that was replaced must not act any more: it may be the stolen one. (Id 0 has account 0.)
        if (record.account != msg.sender) revert LedgerClaimantUnknown(msg.sender);
        if (record.suspendedAt != 0) revert LedgerClaimantIsSuspended(claimantId, record.suspendedAt);
    }

    function _unitAndClaimantCounts() internal view returns (uint32, uint32) {
        return (_unitCount, _claimantCount);
    }

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    function _claimantRecord(uint32 claimantId) private view returns (ClaimantRecord storage record) {
        record = _claimants[claimantId];
        if (record.account == address(0)) revert LedgerClaimantIdUnknown(claimantId);
    }

    /// @dev One account, one claimant, for good: two claimants behind one account could not be told apart.
    function _bindAccount(uint32 claimantId, address account) private {
        if (account == address(0)) revert LedgerAddressZero();
        uint32 owner = _claimantAccounts[account];
        if (owner != 0) revert LedgerAccountTaken(account, owner);
        _claimantAccounts[account] = claimantId;
    }

    /// @dev The verifier compares this code with a certificate's and a receipt's: one odd byte would fail them for
    /// ever.
    function _requireCreditCode(bytes18 creditCode, uint32 taken) private pure {
        for (uint256 i = 0; i < 18; ++i) {
            bytes1 c = creditCode[i];
            bool isDigit = c >= "0" && c <= "9";
            bool isLetter = c >= "A" && c <= "Z";
            if (!isDigit && !isLetter) revert LedgerCreditCodeMalformed(creditCode);
        }
        if (taken != 0) revert LedgerCreditCodeTaken(creditCode, taken);
    }
}
