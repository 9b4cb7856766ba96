using System.Text;

namespace VmaTools.Guests;

/// <summary>Percent-encoded UTF-8, as Proxmox stores descriptions.</summary>
internal static class PercentText
{
    /// <summary>Decodes <c>%XX</c>; a percent sign that no two hex digits follow stands for itself.</summary>
    public static string Decode(string text)
    {
        if (text.IndexOf('%') < 0)
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int filled = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b == '%' && i + 2 < bytes.Length && Hex(bytes[i + 1]) is int high && Hex(bytes[i + 2]) is int low)
            {
                b = (byte)((high << 4) | low);
                i += 2;
            }

            bytes[filled++] = b;
        }

        return Encoding.UTF8.GetString(bytes, 0, filled);
    }

    private static int? Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => null,
    };
}
