/** Draws what people look at; what they keep is the signed PDF. */
export interface PictureMaker {
  /**
   * The face as a PNG, with a strip on it that says that it is not the receipt.
   * @param pdf a document of ours
   * @throws AppError queue_full when too many wait; picture_failed
   */
  draw(pdf: Uint8Array): Promise<Uint8Array>;
  stop(): Promise<void>;
}
