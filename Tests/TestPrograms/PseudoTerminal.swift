import Foundation

// Glibc's module leaves these out; Darwin has them too.
@_silgen_name("posix_openpt") private func posixOpenPT(_ flags: Int32) -> Int32
@_silgen_name("grantpt") private func grantPT(_ end: Int32) -> Int32
@_silgen_name("unlockpt") private func unlockPT(_ end: Int32) -> Int32
@_silgen_name("ptsname") private func ptsName(_ end: Int32) -> UnsafePointer<CChar>?

/// Both ends of a terminal that nobody sits at: a program takes one for its stdin and stdout, a test types at the other.
package func pseudoTerminal() throws -> (own: FileHandle, programs: FileHandle) {
    let own = posixOpenPT(O_RDWR | O_NOCTTY)
    guard own >= 0, grantPT(own) == 0, unlockPT(own) == 0, let name = ptsName(own) else {
        throw CocoaError(.fileReadUnknown)
    }
    let other = open(String(cString: name), O_RDWR | O_NOCTTY)
    guard other >= 0 else { throw CocoaError(.fileReadUnknown) }
    return (
        FileHandle(fileDescriptor: own, closeOnDealloc: true),
        FileHandle(fileDescriptor: other, closeOnDealloc: true)
    )
}
