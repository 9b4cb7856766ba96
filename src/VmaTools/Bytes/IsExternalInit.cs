#if NETSTANDARD2_0
namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for to allow <c>init</c> accessors and records on older frameworks.</summary>
internal static class IsExternalInit;
#endif
