using System;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Files;

namespace VmaTools.Guests.Descriptions;

/// <summary>The file of a description: its bytes, of which there are few, the files that it names, and the errors.</summary>
internal sealed class DescriptionFile
{
    /// <summary>Bytes that a description has at most. Those of large appliances have some hundred KiB.</summary>
    public const int MaxLength = 2 << 20;

    private const int TarMagicOffset = 257;

    private DescriptionFile(string path, byte[] bytes)
    {
        FilePath = path;
        Bytes = bytes;
        int first = Array.FindIndex(bytes, static b => b is not (0 or 0xEF or 0xBB or 0xBF or 0xFE or 0xFF or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'));
        IsXml = first >= 0 && bytes[first] == '<';
    }

    /// <summary>Full path.</summary>
    public string FilePath { get; }

    /// <summary>Its bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether it begins as XML does, in any encoding.</summary>
    public bool IsXml { get; }

    /// <exception cref="VmaException">It is too large, or a package to unpack.</exception>
    public static DescriptionFile Read(string path)
    {
        byte[] bytes = new byte[MaxLength + 1];
        int length = 0;
        using (FileStream stream = SourceFile.Open(path))
        {
            try
            {
                while (length < bytes.Length && stream.Read(bytes, length, bytes.Length - length) is > 0 and int read)
                {
                    length += read;
                }
            }
            catch (Exception exception) when (SourceErrors.IsOne(exception))
            {
                throw SourceErrors.Of(exception, path, length);
            }
        }

        Array.Resize(ref bytes, length);
        DescriptionFile file = new(path, bytes);
        if (bytes.AsSpan(Math.Min(TarMagicOffset, length)).StartsWith("ustar"u8))
        {
            throw file.Invalid("it is a package (OVA); unpack it with 'tar -xf', and give the .ovf that comes out.");
        }

        return length <= MaxLength ? file : throw file.Invalid($"it has more than {MaxLength} bytes.");
    }

    /// <summary>Finds a disk that is named.</summary>
    /// <exception cref="VmaException">It is not beside the file.</exception>
    public string FindDisk(string name) => FileBeside.Find(FilePath, name, "The disk", Invalid);

    /// <summary>A number in it.</summary>
    /// <exception cref="VmaException">It is none, or not within the limits.</exception>
    public long Number(string text, string what, long least, long most) =>
        long.TryParse(text.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number)
            && number >= least && number <= most
            ? number
            : throw Invalid($"{what} is '{Printable.Short(text)}', and no number from {least} to {most}.");

    /// <summary>The error for what is not understood or not taken.</summary>
    public VmaException Invalid(string sentence, Exception? inner = null) =>
        new(VmaCodes.MachineDescriptionInvalid, $"The description of the VM cannot be taken: {sentence}", FilePath, innerException: inner);

    /// <inheritdoc cref="Invalid(string, Exception?)"/>
    public VmaException Invalid(string sentence) => Invalid(sentence, null);
}
