import FuzzInput

/// The entry point of libFuzzer, called with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzInput.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
