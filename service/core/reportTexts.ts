/** Words for a reader: Chinese first, English beside. */
export type Text = { readonly zh: string; readonly en: string };

/** Stable ids, in the order in which checks are reported. */
export type CheckId =
  | "file_structure"
  | "whole_document"
  | "signature_form"
  | "document_digest"
  | "signature"
  | "certificate_chain"
  | "receipt_data"
  | "issuer"
  | "proof"
  | "proof_document"
  | "data_digest"
  | "code_and_number"
  | "amounts"
  | "trusted_contract"
  | "chain_read"
  | "batch_root"
  | "certificate_root"
  | "certificate_validity"
  | "book"
  | "unit"
  | "status";

const text = (zh: string, en: string): Text => ({ zh, en });

export const SKIPPED_TEXT = text("未检查：前面的检查没有通过", "Not checked, because an earlier check did not pass");
export const UNKNOWN_TEXT = text("无法判断", "Could not tell");

export const CHECK_TEXTS: Readonly<
  Record<CheckId, { readonly title: Text; readonly pass: Text; readonly fail: Text }>
> = {
  file_structure: {
    title: text("文件结构", "File structure"),
    pass: text("文件结构完整，签名后没有追加内容", "The file is whole and nothing was appended"),
    fail: text(
      "这不是本系统开具的票据文件，或文件已被改动（另存、打印成 PDF、加密、编辑后都不再是原件）",
      "This is not a receipt file of this system, or it was altered (saved anew, printed to PDF, encrypted, edited)",
    ),
  },
  whole_document: {
    title: text("签名范围", "What the signature covers"),
    pass: text("唯一的签名覆盖整个文件", "The one signature covers the whole document"),
    fail: text(
      "签名没有覆盖整个文件，或签名不止一个",
      "The signature does not cover the whole document, or is not the only one",
    ),
  },
  signature_form: {
    title: text("签名格式", "Form of the signature"),
    pass: text("签名格式规范", "The signature has the form that it must have"),
    fail: text("签名格式不规范或被改动", "The signature has not the form that it must have, or was altered"),
  },
  document_digest: {
    title: text("文件内容", "Contents of the document"),
    pass: text("文件内容自签名后未被改动", "No byte has changed since the document was signed"),
    fail: text("文件内容在签名后被改动", "The document was altered after it was signed"),
  },
  signature: {
    title: text("单位签名", "The unit's signature"),
    pass: text("签名由证书所示单位作出", "The signature was made by the unit that the certificate names"),
    fail: text("签名与证书不符", "The signature does not fit the certificate"),
  },
  certificate_chain: {
    title: text("证书链", "Chain of certificates"),
    pass: text("单位证书由所附根证书签发", "The unit's certificate was issued by the root beside it"),
    fail: text(
      "证书不是由所附根证书签发，或已被改动",
      "The certificate was not issued by the root beside it, or was altered",
    ),
  },
  receipt_data: {
    title: text("票据数据", "Receipt data"),
    pass: text("所附票据数据可读且格式唯一", "The attached data can be read and has its one canonical form"),
    fail: text("所附票据数据缺失或被改动", "The attached data is missing or was altered"),
  },
  issuer: {
    title: text("开票单位", "Issuing unit"),
    pass: text("票据上的单位就是签名的单位", "The unit on the receipt is the unit that signed"),
    fail: text("票据上的单位不是签名的单位", "The unit on the receipt is not the unit that signed"),
  },
  proof: {
    title: text("存证凭据", "Proof"),
    pass: text("文件带有完整的上链存证凭据", "The document carries its proof"),
    fail: text("存证凭据格式错误或被改动", "The proof is malformed or was altered"),
  },
  proof_document: {
    title: text("凭据与文件", "Proof and document"),
    pass: text("存证凭据属于这份文件", "The proof is that of this document"),
    fail: text("存证凭据属于另一份文件", "The proof is that of another document"),
  },
  data_digest: {
    title: text("数据摘要", "Digest of the data"),
    pass: text("所附数据与存证的摘要一致", "The attached data has the digest that was anchored"),
    fail: text("所附数据与存证的摘要不一致", "The attached data has not the digest that was anchored"),
  },
  code_and_number: {
    title: text("票据代码和号码", "Code and number"),
    pass: text("票据代码、号码与存证一致", "Code and number are those that were anchored"),
    fail: text("票据代码或号码与存证不一致", "Code or number is not the one that was anchored"),
  },
  amounts: {
    title: text("金额", "Amount"),
    pass: text("金额与存证一致", "The amount is the one that was anchored"),
    fail: text("金额与存证不一致", "The amount is not the one that was anchored"),
  },
  trusted_contract: {
    title: text("存证合约", "Contract"),
    pass: text("存证在受信任的链和合约上", "The proof leads to the trusted contract on its chain"),
    fail: text(
      "存证指向另一条链或另一个合约，不可信",
      "The proof leads to another chain or contract, which is not trusted",
    ),
  },
  chain_read: {
    title: text("读取链上记录", "Reading the chain"),
    pass: text("已从节点读取链上记录", "The record was read from the node"),
    fail: text("链上记录读取失败", "The record could not be read"),
  },
  batch_root: {
    title: text("上链批次", "Batch on chain"),
    pass: text("票据在该批次中，批次已上链", "The receipt is in this batch, and the batch is on chain"),
    fail: text("票据不在链上的该批次中", "The receipt is not in this batch on chain"),
  },
  certificate_root: {
    title: text("财政部门根证书", "The bureau's root"),
    pass: text("根证书已由财政部门登记在链上", "The bureau registered the root on chain"),
    fail: text("根证书未登记在链上，或上链前已撤销", "The root is not registered on chain, or was revoked before"),
  },
  certificate_validity: {
    title: text("证书有效期", "Validity of the certificates"),
    pass: text("上链时证书在有效期内", "The certificates were valid when the receipt was anchored"),
    fail: text("上链时证书不在有效期内", "The certificates were not valid when the receipt was anchored"),
  },
  book: {
    title: text("号段", "Book"),
    pass: text("号码在财政部门发放的号段内", "The number lies in a book that the bureau granted"),
    fail: text(
      "号码不在该号段内，或号段代码不符",
      "The number does not lie in this book, or the book has another code",
    ),
  },
  unit: {
    title: text("单位资格", "Admission of the unit"),
    pass: text("开票单位经财政部门准入", "The bureau admitted the unit"),
    fail: text(
      "号段不属于签名的单位，或单位当时未经准入",
      "The book is not the signing unit's, or it was not admitted then",
    ),
  },
  status: {
    title: text("当前状态", "Present status"),
    pass: text("已读取票据的当前状态", "The present status was read"),
    fail: text("票据状态读取失败", "The present status could not be read"),
  },
};

/** Words for a reason that says more than its check. */
export const REASON_TEXTS: Readonly<Record<string, Text>> = {
  not_sealed: text(
    "文件未带存证凭据：尚未上链，或需要重新下载",
    "The document carries no proof: not anchored yet, or to be downloaded again",
  ),
  node_unreachable: text(
    "节点没有响应：请稍后重试或更换节点",
    "The node does not answer: try again, or use another node",
  ),
  wrong_chain: text("节点属于另一条链：请更换节点", "The node belongs to another chain: use another node"),
  evidence_malformed: text(
    "节点的回答无法识别：请核对合约地址或更换节点",
    "The node's answer cannot be read: check the contract's address, or use another node",
  ),
  batch_unknown: text(
    "该节点尚不知道这一批次：节点可能未同步，请稍后重试或更换节点",
    "The node does not know this batch yet: it may be behind, try again or use another node",
  ),
  status_unreadable: text(
    "票据状态自相矛盾，无法判断：请更换节点",
    "The status contradicts itself, so nothing can be told: use another node",
  ),
  certificate_not_current: text(
    "证书现在不在有效期内；没有上链时间，无法判断签名时是否有效",
    "The certificates are not valid now, and without an anchor nobody can tell whether they were when it was signed",
  ),
  not_a_pdf: text("这不是 PDF 文件", "This is no PDF file"),
  attachment_missing: text("文件中没有票据数据 receipt.json", "The document has no receipt data (receipt.json)"),
  signature_missing: text("文件没有票据签名", "The document bears no receipt signature"),
};
