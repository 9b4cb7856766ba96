using System;
using System.Text;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>The code pages of DOS.</summary>
internal static class CodePages
{
    /// <exception cref="VmaFileSystemException">No such code page is known here.</exception>
    public static Encoding Find(int number)
    {
        try
        {
            return Provided(number) ?? Encoding.GetEncoding(number);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The code page {number} is not known here.", innerException: exception);
        }
    }

#if NETSTANDARD2_0
    /// <summary>From the provider of .NET where there is one; .NET Framework has the code pages itself.</summary>
    private static Encoding? Provided(int number)
    {
        Type? type = Type.GetType("System.Text.CodePagesEncodingProvider, System.Text.Encoding.CodePages");
        return (type?.GetProperty("Instance")?.GetValue(null) as EncodingProvider)?.GetEncoding(number);
    }
#else
    private static Encoding? Provided(int number) => CodePagesEncodingProvider.Instance.GetEncoding(number);
#endif
}
