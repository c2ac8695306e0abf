// What Swift's own Darwin module adds to the headers: C's variadic functions, macros that are no plain numbers,
// `errno`.
@_exported import CDarwin

public var errno: Int32 { 0 }
public func open(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 { 0 }
public func open(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: UInt16) -> Int32 { 0 }
public func fcntl(_ file: Int32, _ command: Int32) -> Int32 { 0 }
public func fcntl(_ file: Int32, _ command: Int32, _ value: Int32) -> Int32 { 0 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var TIOCGWINSZ: UInt { 0x4008_7468 }
public func ioctl(_ file: CInt, _ request: UInt, _ pointer: UnsafeMutableRawPointer) -> CInt { 0 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public let SIG_IGN = unsafeBitCast(1, to: sig_t.self)
@discardableResult
public func signal(_ number: Int32, _ handler: sig_t) -> sig_t { handler }
