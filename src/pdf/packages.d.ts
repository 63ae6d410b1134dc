declare module 'bidi-js' {
  /** Unicode's bidirectional algorithm (UAX 9). */
  type Bidi = {
    readonly getEmbeddingLevels: (
      text: string,
      direction?: 'ltr' | 'rtl' | 'auto',
    ) => {
      readonly levels: Uint8Array
      readonly paragraphs: readonly { readonly start: number; readonly end: number; readonly level: number }[]
    }
    readonly getMirroredCharacter: (character: string) => string | null
  }
  const factory: () => Bidi
  // biome-ignore lint/style/noDefaultExport: it is the package that exports so
  export default factory
}

/** What is used of it; the types of browsers, which have the rest, are not ours. */
declare namespace WebAssembly {
  type Memory = { readonly buffer: ArrayBuffer }
  function instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>
}
