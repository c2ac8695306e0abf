import FuzzInput

/// What libFuzzer calls with every input that it makes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzInput.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
