using System;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// Takes what names an index that is there: a path, as the full path of a file, or an address, as the name that it goes by from there on.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IndexPlaceAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        string text = RemoteArchives.TextOf(inputData) ?? LanguagePrimitives.ConvertTo<string>(inputData);
        if (text.Length == 0)
        {
            return text;
        }

        try
        {
            if (VmaAddresses.IsAddress(text))
            {
                return RemoteArchives.Here.Add(text);
            }

            string path = TargetPaths.Resolve(engineIntrinsics.SessionState, text);
            return File.Exists(path) ? path : throw new VmaException(VmaCodes.ItemNotFound, "There is no such index.", path);
        }
        catch (VmaException exception)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
