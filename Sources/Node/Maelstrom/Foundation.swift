// Foundation for every file of this module: the part that is enough where that is a module of its own.
#if canImport(FoundationEssentials)
    @_exported import FoundationEssentials
#else
    @_exported import Foundation
#endif
